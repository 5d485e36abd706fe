import '@tensorflow/tfjs';
import { halves, linear } from '@denoiser/ops';
import { type ConformanceCase, conformanceCases } from '@denoiser/ops/testing';
import { convertTensor, toFloat32Array } from '@denoiser/safetensors';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { registerWebGPU } from '../src';
import { conform } from './conform';
import { dawn } from './dawn';
import { isLeftOut } from './left-out';
import { numbers, values } from './values';

const gpu = await dawn();
const webgpu = gpu && (await registerWebGPU({ gpu }));

const bitsOf = (data: Float32Array): Uint16Array =>
  convertTensor({ dtype: 'F32', shape: [data.length], data }, 'F16').data as Uint16Array;
const numbersOf = (bits: Uint16Array): Float32Array =>
  toFloat32Array({ dtype: 'F16', shape: [bits.length], data: bits });

/** A case whose inputs are rounded to float16 and lie so in memory: the law, with its bounds of float32, is that of the rounded numbers. */
function inHalves(one: ConformanceCase): ConformanceCase {
  return {
    ...one,
    inputs: () =>
      one.inputs().map(({ shape, values: given }) => ({ shape, values: numbersOf(bitsOf(Float32Array.from(given))) })),
    run: (...inputs) => {
      const stored = inputs.map((input) => halves(bitsOf(input.dataSync() as Float32Array), input.shape));
      try {
        return one.run(...stored);
      } finally {
        tf.dispose(stored);
      }
    },
  };
}

/** What reads weights, and one of each other kind: an operation that has no use for halves makes them float32. */
const families = /^(linear|fused|embedding|convolution)$/;
const others = /^(activations|attention|global norm|matrix product|normalization|optimizer|resample)$/;
const cases = conformanceCases().filter((one) => !isLeftOut(one));
const chosen = [
  ...cases.filter(({ family }) => families.test(family)),
  ...new Map(cases.filter(({ family }) => others.test(family)).map((one) => [one.family, one] as const)).values(),
];

describe.skipIf(!webgpu)('Float16 weights are computed with as they are', () => {
  for (const one of chosen) {
    it(`${one.family}: ${one.name}`, () => conform(webgpu as NonNullable<typeof webgpu>, inHalves(one)));
  }
});

describe.skipIf(!webgpu)('Halves', () => {
  const { backend } = webgpu as NonNullable<typeof webgpu>;
  beforeAll(async () => void (await tf.setBackend('webgpu')));

  it('are every float16 number there is, also the smallest', async () => {
    const bits = Uint16Array.from({ length: 2 ** 16 }, (_, i) => i).filter((one) => (one & 0x7c00) !== 0x7c00);
    const tensor = halves(bits, [bits.length]);
    expect(await tensor.data()).toEqual(numbersOf(bits));
    tensor.dispose();
  });

  it.each([1, 2, 5])('take half of the memory, of %i numbers, and of an odd number one more', async (count) => {
    const before = tf.memory() as tf.MemoryInfo & { numBytesInGPUAllocated: number };
    const bits = bitsOf(numbers(count * 1001, 3));
    const acquire = vi.spyOn(backend.bufferManager, 'acquireBuffer');
    const tensor = halves(bits, [count, 1001]);
    expect(acquire.mock.calls.map(([size]) => size)).toEqual([4 * Math.ceil(bits.length / 2)]);
    acquire.mockRestore();
    expect(tensor.dtype).toBe('float32');
    expect(await tensor.data()).toEqual(numbersOf(bits));
    tensor.dispose();
    expect(tf.memory().numTensors).toBe(before.numTensors);
  });

  it('stay halves when they are read, by our kernels and by whoever asks for the numbers', async () => {
    const bits = bitsOf(numbers(6 * 8, 1));
    const weight = halves(bits, [6, 8]) as tf.Tensor2D;
    const acquire = vi.spyOn(backend.bufferManager, 'acquireBuffer');
    const y = linear(values([3, 6], 2) as tf.Tensor2D, weight);
    await y.data();
    await weight.data();
    acquire.mockClear();
    linear(y.slice([0, 0], [3, 6]) as tf.Tensor2D, weight).dispose();
    expect(acquire.mock.calls.map(([size]) => size)).not.toContain(4 * bits.length); // of weights in float32
    acquire.mockRestore();
    tf.dispose([weight, y]);
  });

  it('are changed as float32: a step that is too small for float16 is not lost', async () => {
    const weight = tf.variable(halves(bitsOf(Float32Array.of(1, 2, 3)), [3]));
    const step = tf.tensor1d([1e-5, 1e-5, 1e-5]);
    weight.assign(tf.add(weight, step));
    expect(await weight.data()).toEqual(Float32Array.of(1 + 1e-5, 2 + 1e-5, 3 + 1e-5));
    tf.dispose([weight, step]);
  });
});
