import { compiling, conv2d, groupNorm, linear } from '@denoiser/ops';
import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { registerWebGPU } from '../src';
import { dawn } from './dawn';
import { values } from './values';

const gpu = await dawn();
const webgpu = gpu && (await registerWebGPU({ gpu }));

describe.skipIf(!webgpu)('What work will run is compiled before it', () => {
  const { backend, device } = webgpu as NonNullable<typeof webgpu>;
  beforeEach(async () => void (await tf.setBackend('webgpu')));
  afterEach(() => vi.restoreAllMocks());

  /** A convolution, a norm and a product, with their gradients. */
  const work = (inputs: readonly tf.Tensor[]): tf.Tensor =>
    tf.tidy(() => {
      const [x, filter, scale, bias, weight] = inputs as [
        tf.Tensor4D,
        tf.Tensor4D,
        tf.Tensor1D,
        tf.Tensor1D,
        tf.Tensor2D,
      ];
      const loss = (...given: tf.Tensor[]) => {
        const y = conv2d(given[0] as tf.Tensor4D, given[1] as tf.Tensor4D, { padding: 1 });
        const z = groupNorm(y, scale, bias, { groups: 1, activation: 'gelu' });
        return tf.sum(linear(tf.reshape(z, [-1, 11]), weight));
      };
      return tf.concat(
        tf
          .grads(loss)([x, filter])
          .map((gradient) => tf.reshape(gradient, [-1])),
      );
    });
  const shapes = [[1, 6, 7, 5], [3, 3, 5, 11], [11], [11], [11, 13]];
  const made = () => shapes.map((shape, i) => values(shape, i));

  it('all at once, without computing it, and the work then compiles nothing of ours', async () => {
    const inputs = made();
    const async_ = vi.spyOn(device, 'createComputePipelineAsync');
    const atOnce = vi.spyOn(device, 'createComputePipeline');
    const tensors = tf.memory().numTensors;
    await compiling(() => void work(inputs));
    expect(tf.memory().numTensors).toBe(tensors);
    const keys = async_.mock.calls.map(([{ label }]) => label);
    expect(keys.length).toBeGreaterThan(5);
    expect(new Set(keys).size).toBe(keys.length);
    atOnce.mockClear();
    const found = await work(inputs).data();
    const ours = atOnce.mock.calls.map(([{ label }]) => label).filter((label) => keys.includes(label));
    expect(ours).toEqual([]);

    // The same from a device that compiles as it goes.
    const { pipelines } = backend as unknown as { pipelines: { compiled: Map<string, unknown> } };
    pipelines.compiled.clear();
    expect(await work(inputs).data()).toEqual(found);
    expect(atOnce.mock.calls.map(([{ label }]) => label)).toEqual(expect.arrayContaining(keys));
  });

  it('changes no tensor', async () => {
    const inputs = made();
    const before = await Promise.all(inputs.map((input) => input.data()));
    await compiling(() => void work(inputs));
    expect(await Promise.all(inputs.map((input) => input.data()))).toEqual(before);
  });

  it('work that fails is over: what follows is computed', async () => {
    const failing = compiling(() => {
      throw new Error('mistake');
    });
    await expect(failing).rejects.toThrow('mistake');
    expect(await tf.sum(tf.ones([5])).data()).toEqual(Float32Array.of(5));
  });
});
