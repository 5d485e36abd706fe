import { adamWStep, linear, replaying, silu } from '@denoiser/ops';
import { createUNet, createUNet2D } from '@denoiser/unet';
import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createAllocator } from '../src/machine/allocator';
import { createEngine } from '../src/machine/engine';
import { detectPlatform } from '../src/machine/platform';
import { createWasmMachine } from '../src/machine/wasm-machine';
import { registerEngine } from '../src/register';
import { registerVariants } from './engines';

const engines = await registerVariants();

const values = (shape: number[], seed: number) => tf.randomNormal(shape, 0, 1, 'float32', seed + 1);

const numbersOf = (tensor: tf.Tensor) => {
  const numbers = [...tensor.dataSync()];
  tensor.dispose();
  return numbers;
};

describe.each([...engines])('work that is replayed on %s', (name, engine) => {
  let tensors: number;
  beforeEach(async () => {
    await tf.setBackend(name);
    tensors = tf.memory().numTensors;
  });
  afterEach(() => expect(tf.memory().numTensors).toBe(tensors));

  /** Whether a call was commands alone. */
  function callOf(call: () => tf.Tensor): { numbers: number[]; isReplayed: boolean } {
    const [run, play] = [vi.spyOn(engine, 'run'), vi.spyOn(engine, 'play')];
    try {
      const result = call();
      const isReplayed = run.mock.calls.length === 0 && play.mock.calls.length === 1;
      return { numbers: numbersOf(result), isReplayed };
    } finally {
      run.mockRestore();
      play.mockRestore();
    }
  }

  it('gives the same to the bit: a network with classes, whose batch changes', () => {
    const network = createUNet({ channels: 1, baseWidth: 4, timeDim: 16, classes: 3, seed: 1 });
    const denoiser = network.denoiser();
    const replayed = replaying((x, time, labels) =>
      denoiser(x as tf.Tensor4D, time as tf.Tensor1D, labels && { labels: labels as tf.Tensor1D }),
    );
    const replays: boolean[] = [];
    for (const [step, batch] of [2, 2, 2, 2, 1, 1, 2, 1, 2, 1].entries()) {
      const x = values([batch, 8, 8, 1], step) as tf.Tensor4D;
      const time = tf.tensor1d(Array.from({ length: batch }, (_, i) => 7 * step + i));
      const labels = tf.tensor1d(
        Array.from({ length: batch }, (_, i) => ((step + i) % 4) - 1),
        'int32',
      );
      const { numbers, isReplayed } = callOf(() => replayed.call(x, time, labels));
      replays.push(isReplayed);
      expect(numbers).toEqual(numbersOf(tf.tidy(() => denoiser(x, time, { labels }))));
      const between = tf.tidy(() => [1, 2, 3].map((i) => tf.mul(values([batch, 8, 8, 16], i), 3)));
      expect(numbersOf(replayed.call(x, time, labels))).toEqual(numbers);
      for (const [i, tensor] of between.entries())
        expect(numbersOf(tensor)).toEqual(numbersOf(values([batch, 8, 8, 16], i + 1)).map((z) => Math.fround(3 * z)));
      tf.dispose([x, time, labels]);
    }
    // Whatever memory a batch wants, it is recorded when it comes the third time at the latest, and each step calls twice.
    expect(replays.slice(6)).toEqual([true, true, true, true]);
    replayed.dispose();
    network.dispose();
  });

  it('sees weights that are given new numbers', () => {
    const weight = tf.tidy(() => tf.variable(values([8, 8], 1))) as tf.Variable;
    const bias = tf.zeros<tf.Rank.R1>([8]);
    const work = (x: tf.Tensor) => silu(linear(x as tf.Tensor2D, weight as unknown as tf.Tensor2D, bias));
    const replayed = replaying(work);
    const x = values([3, 8], 3);
    for (let i = 0; i < 6; i++) {
      if (i === 3) tf.tidy(() => weight.assign(values([8, 8], 6)));
      expect(numbersOf(replayed.call(x))).toEqual(numbersOf(tf.tidy(() => work(x))));
    }
    expect(callOf(() => replayed.call(x)).isReplayed).toBe(true);
    replayed.dispose();
    tf.dispose([weight, bias, x]);
  });

  it('gives back all memory', () => {
    const network = createUNet2D({
      sample_size: 8,
      in_channels: 1,
      out_channels: 1,
      block_out_channels: [8, 16],
      layers_per_block: 1,
      down_block_types: ['DownBlock2D', 'AttnDownBlock2D'],
      up_block_types: ['AttnUpBlock2D', 'UpBlock2D'],
      norm_num_groups: 4,
      attention_head_dim: 8,
    });
    const denoiser = network.denoiser();
    const work = (x: tf.Tensor) => tf.tidy(() => denoiser(x as tf.Tensor4D, tf.fill([1], 5) as tf.Tensor1D));
    const x = values([1, 8, 8, 1], 1);
    const replayed = replaying(work);
    const wanted = numbersOf(work(x));
    for (let i = 0; i < 4; i++) expect(numbersOf(replayed.call(x))).toEqual(wanted);
    expect(callOf(() => replayed.call(x)).isReplayed).toBe(true);
    replayed.dispose();
    const used = engine.allocator.usedBytes; // weights, what is derived of them, and working memory
    const again = replaying(work);
    expect(numbersOf(again.call(x))).toEqual(wanted);
    expect(callOf(() => again.call(x))).toEqual({ numbers: wanted, isReplayed: true });
    expect(engine.allocator.usedBytes).toBeGreaterThan(used);
    again.dispose();
    expect(engine.allocator.usedBytes).toBe(used);
    expect(numbersOf(replayed.call(x))).toEqual(wanted);
    x.dispose();
    network.dispose();
  });

  it('sees weights that are changed in place, of which packed forms are kept', () => {
    const weight = tf.tidy(() => tf.variable(values([8, 8], 1))) as tf.Variable;
    const moments = tf.tidy(() => [1, 2].map(() => tf.variable(tf.zeros([8, 8])))) as tf.Variable[];
    const [x, gradient] = [values([3, 8], 3), values([8, 8], 4)];
    const work = (z: tf.Tensor) => linear(z as tf.Tensor2D, weight as unknown as tf.Tensor2D);
    const replayed = replaying(work);
    for (const step of [1, 2, 3]) {
      for (let i = 0; i < 3; i++) expect(numbersOf(replayed.call(x))).toEqual(numbersOf(tf.tidy(() => work(x))));
      expect(callOf(() => replayed.call(x)).isReplayed).toBe(true);
      const [first, second] = moments as [tf.Variable, tf.Variable];
      adamWStep({
        ...{ parameters: [weight], gradients: [gradient], step, learningRate: 0.1 },
        ...{ firstMoments: [first], secondMoments: [second] },
      });
    }
    replayed.dispose();
    tf.dispose([weight, ...moments, x, gradient]);
  });

  it('is left alone where a kernel of tfjs computes, by gradients, and where it gives what it was given', () => {
    const x = values([2, 4], 1);
    const ofTfjs = (z: tf.Tensor) => tf.add(tf.tan(z), 1);
    for (const work of [ofTfjs, (z: tf.Tensor) => z, (z: tf.Tensor) => tf.reshape(z, [4, 2])]) {
      const replayed = replaying(work);
      for (let i = 0; i < 4; i++) {
        const { numbers, isReplayed } = callOf(() => tf.tidy(() => tf.clone(replayed.call(x))));
        expect(isReplayed).toBe(false);
        expect(numbers).toEqual(numbersOf(tf.tidy(() => tf.clone(work(x)))));
      }
      replayed.dispose();
    }
    const replayed = replaying(silu);
    for (let i = 0; i < 3; i++) replayed.call(x).dispose();
    const [gradient, wanted] = [replayed.call, silu].map((f) => tf.grad((z: tf.Tensor) => f(z))(x)) as tf.Tensor[];
    expect(numbersOf(gradient as tf.Tensor)).toEqual(numbersOf(wanted as tf.Tensor));
    replayed.dispose();
    x.dispose();
  });

  it('leaves nothing where the work fails', () => {
    const x = values([2, 4], 1);
    const replayed = replaying((z) => {
      silu(z);
      throw new Error('as it does');
    });
    const used = engine.allocator.usedBytes;
    for (let i = 0; i < 2; i++) expect(() => tf.tidy(() => replayed.call(x))).toThrow('as it does');
    expect(engine.allocator.usedBytes).toBe(used);
    replayed.dispose();
    x.dispose();
  });
});

it('gives its memory to what needs it, and is recorded anew', async () => {
  const platform = await detectPlatform();
  const engine = createEngine(await createWasmMachine({ platform, threads: 1 }), { memoryLimit: 2_000_000 });
  registerEngine(engine, 'narrow');
  await tf.setBackend('narrow');
  const weight = values([64, 64], 1) as tf.Tensor2D;
  const work = (x: tf.Tensor) => linear(silu(linear(x as tf.Tensor2D, weight)), weight);
  const replayed = replaying(work);
  const x = values([256, 64], 2);
  const wanted = numbersOf(tf.tidy(() => work(x)));
  for (let i = 0; i < 4; i++) expect(numbersOf(replayed.call(x))).toEqual(wanted);
  const { allocator } = engine;
  const others: number[] = [];
  const most = allocator.usedBytes;
  do others.push(allocator.allocate(4096));
  while (allocator.usedBytes === most + 4096 * others.length);
  for (const address of others) allocator.free(address);
  expect(allocator.usedBytes).toBeLessThan(most - 2 * 256 * 64 * 4); // what the first two of three results lay in
  for (let i = 0; i < 4; i++) expect(numbersOf(replayed.call(x))).toEqual(wanted);
  replayed.dispose();
  tf.dispose([weight, x]);
  tf.removeBackend('narrow');
});

describe('memory that is claimed', () => {
  it('is taken out of the middle of what is free, and is free again afterwards', () => {
    const allocator = createAllocator({ start: 64, limit: 2 ** 20, grow: () => true });
    const whole = allocator.allocate(640);
    allocator.free(whole);
    allocator.claim(whole + 128, 64);
    expect(allocator.usedBytes).toBe(64);
    expect(allocator.allocate(128)).toBe(whole);
    expect(allocator.allocate(448)).toBe(whole + 192);
    expect(() => allocator.claim(whole + 128, 64)).toThrow('are not free');
    for (const address of [whole, whole + 128, whole + 192]) allocator.free(address);
    expect(allocator.allocate(640)).toBe(whole);
  });
});
