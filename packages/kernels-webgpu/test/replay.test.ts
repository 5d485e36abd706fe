import { adamWStep, halves, linear, replaying, silu } from '@denoiser/ops';
import { convertTensor } from '@denoiser/safetensors';
import { createUNet } from '@denoiser/unet';
import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { registerWebGPU, type WebGPU } from '../src';
import { dawn } from './dawn';
import { values } from './values';

const gpu = await dawn();

describe.skipIf(!gpu)('work that is replayed', () => {
  let webgpu: WebGPU;
  beforeAll(async () => {
    webgpu = await registerWebGPU({ gpu: gpu as GPU });
    await tf.setBackend('webgpu');
  });

  let tensors: number;
  let bytes: number;
  beforeEach(() => {
    tensors = tf.memory().numTensors;
    bytes = bytesOnTheGpu();
  });
  afterEach(async () => {
    await settled();
    expect(tf.memory().numTensors).toBe(tensors);
    expect(bytesOnTheGpu()).toBe(bytes);
  });

  const bytesOnTheGpu = () => (tf.memory() as unknown as { numBytesInGPU: number }).numBytesInGPU;

  /** Hands over what is recorded, upon which tfjs gives back memory. */
  async function settled(): Promise<void> {
    const one = tf.tidy(() => silu(tf.zeros([8])));
    await one.data();
    one.dispose();
  }

  const numbersOf = async (tensor: tf.Tensor) => {
    const numbers = [...(await tensor.data())];
    tensor.dispose();
    return numbers;
  };

  /** How many dispatches of our kernels the backend was asked for. */
  async function dispatchesOf(call: () => tf.Tensor): Promise<{ numbers: number[]; dispatches: number }> {
    const run = vi.spyOn(webgpu.backend, 'run');
    try {
      const result = call();
      const dispatches = run.mock.calls.length;
      return { numbers: await numbersOf(result), dispatches };
    } finally {
      run.mockRestore();
    }
  }

  it('gives the same to the bit, by commands alone: a network with classes', async () => {
    const network = createUNet({ channels: 1, baseWidth: 4, timeDim: 16, classes: 3, seed: 1 });
    const denoiser = network.denoiser();
    const replayed = replaying((x, time, labels) =>
      denoiser(x as tf.Tensor4D, time as tf.Tensor1D, labels && { labels: labels as tf.Tensor1D }),
    );
    for (const [step, batch] of [2, 2, 1, 2, 1].entries()) {
      const x = values([batch, 8, 8, 1], step) as tf.Tensor4D;
      const time = tf.tensor1d(Array.from({ length: batch }, (_, i) => 7 * step + i));
      const labels = tf.tensor1d(
        Array.from({ length: batch }, (_, i) => ((step + i) % 4) - 1),
        'int32',
      );
      const { numbers, dispatches } = await dispatchesOf(() => replayed.call(x, time, labels));
      expect(dispatches > 0).toBe(step === 0 || step === 2); // the first of a shape
      expect(numbers).toEqual(await numbersOf(tf.tidy(() => denoiser(x, time, { labels }))));
      // What is made in between has memory of its own.
      const between = tf.tidy(() => [1, 2, 3].map((i) => tf.mul(values([batch, 8, 8, 16], i), 3)));
      const again = await dispatchesOf(() => replayed.call(x, time, labels));
      expect(again).toEqual({ numbers, dispatches: 0 });
      for (const [i, tensor] of between.entries()) {
        const wanted = values([batch, 8, 8, 16], i + 1);
        expect(await numbersOf(tensor)).toEqual((await numbersOf(wanted)).map((z) => Math.fround(3 * z)));
      }
      tf.dispose([x, time, labels]);
    }
    replayed.dispose();
    network.dispose();
  });

  it('has halves on its way, and gives float32', async () => {
    const data = Float32Array.from(await numbersOf(values([8, 8], 1)));
    const { data: bits } = convertTensor({ dtype: 'F32', shape: [8, 8], data }, 'F16');
    const weight = halves(bits as Uint16Array, [8, 8], { results: true }) as tf.Tensor2D;
    const work = (x: tf.Tensor) => linear(linear(x as tf.Tensor3D, weight), weight);
    const replayed = replaying(work);
    for (const i of [1, 2, 3]) {
      const x = values([2, 3, 8], i);
      const { numbers, dispatches } = await dispatchesOf(() => replayed.call(x));
      expect(dispatches > 0).toBe(i === 1);
      expect(numbers).toEqual(await numbersOf(tf.tidy(() => work(x))));
      x.dispose();
    }
    replayed.dispose();
    weight.dispose();
  });

  it('may have kernels of tfjs', async () => {
    const work = (x: tf.Tensor) => tf.add(tf.tan(silu(x)), tf.mul(x, 3));
    const replayed = replaying(work);
    for (const i of [1, 2, 3]) {
      const x = values([2, 4], i);
      const { numbers, dispatches } = await dispatchesOf(() => replayed.call(x));
      expect(dispatches).toBe(i === 1 ? 1 : 0);
      expect(numbers).toEqual(await numbersOf(tf.tidy(() => work(x))));
      x.dispose();
    }
    replayed.dispose();
  });

  it('sees weights that were changed in place, moved, or given new numbers', async () => {
    const [weight, other] = tf.tidy(() => [1, 2].map((i) => tf.variable(values([8, 8], i)))) as [
      tf.Variable,
      tf.Variable,
    ];
    const bias = tf.zeros<tf.Rank.R1>([8]);
    const work = (x: tf.Tensor) => silu(linear(x as tf.Tensor2D, weight as unknown as tf.Tensor2D, bias));
    const replayed = replaying(work);
    const x = values([3, 8], 3);
    const same = async (isReplayed: boolean) => {
      const { numbers, dispatches } = await dispatchesOf(() => replayed.call(x));
      expect(dispatches === 0).toBe(isReplayed);
      expect(numbers).toEqual(await numbersOf(tf.tidy(() => work(x))));
    };
    await same(false);
    await same(true);
    const zeros = () => tf.tidy(() => [1, 2].map(() => tf.variable(tf.zeros([8, 8]))));
    const [firstMoments, secondMoments] = [zeros(), zeros()];
    const gradients = [values([8, 8], 4), values([8, 8], 5)];
    // The first step puts the weights beside each other, which moves them; the second changes them where they are.
    for (const step of [1, 2]) {
      adamWStep({ parameters: [weight, other], gradients, firstMoments, secondMoments, step, learningRate: 0.1 });
      await same(step === 2);
    }
    tf.tidy(() => weight.assign(values([8, 8], 6)));
    await same(false);
    await same(true);
    replayed.dispose();
    tf.dispose([weight, other, bias, x, ...firstMoments, ...secondMoments, ...gradients]);
  });

  it('is done anew where it gives what it was given', async () => {
    const work = (x: tf.Tensor) => tf.reshape(x, [4, 2]);
    const replayed = replaying(work);
    for (const i of [1, 2, 3]) {
      const x = values([2, 4], i);
      expect(await numbersOf(replayed.call(x))).toEqual(await numbersOf(tf.tidy(() => work(x))));
      x.dispose();
    }
    replayed.dispose();
  });

  it('is left alone by gradients, and after it is disposed', async () => {
    const replayed = replaying(silu);
    const x = values([2, 4], 1);
    replayed.call(x).dispose();
    const [gradient, wanted] = [replayed.call, silu].map((f) => tf.grad((z: tf.Tensor) => f(z))(x)) as [
      tf.Tensor,
      tf.Tensor,
    ];
    expect(await numbersOf(gradient)).toEqual(await numbersOf(wanted));
    replayed.dispose();
    expect(await numbersOf(replayed.call(x))).toEqual(await numbersOf(silu(x)));
    x.dispose();
  });

  it('leaves nothing where the work fails', async () => {
    const replayed = replaying((x) => {
      silu(x);
      throw new Error('as it does');
    });
    const x = values([2, 4], 1);
    for (let i = 0; i < 2; i++) expect(() => tf.tidy(() => replayed.call(x))).toThrow('as it does');
    replayed.dispose();
    x.dispose();
  });
});
