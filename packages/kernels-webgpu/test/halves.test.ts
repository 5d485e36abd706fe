import '@tensorflow/tfjs';
import { conv2d, groupNorm, halves, linear, maxPool2x, selfAttention, upsample2x, upsampleBeside } from '@denoiser/ops';
import { type ConformanceCase, conformanceCases } from '@denoiser/ops/testing';
import { convertTensor, toFloat32Array } from '@denoiser/safetensors';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { registerWebGPU } from '../src';
import { perThread } from '../src/wgsl/per-thread';
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

describe.skipIf(!webgpu)(
  'What is computed of halves is halves: the numbers of float32, rounded to the nearest even',
  () => {
    const { backend } = webgpu as NonNullable<typeof webgpu>;
    beforeAll(async () => void (await tf.setBackend('webgpu')));

    const results = { results: true };
    /** Numbers that float16 has, as a tensor of them, and in float32. */
    const both = (shape: number[], seed: number): [tf.Tensor, tf.Tensor] => {
      const bits = bitsOf(
        numbers(
          shape.reduce((a, b) => a * b, 1),
          seed,
        ),
      );
      return [halves(bits, shape, results), tf.tensor(numbersOf(bits), shape)];
    };
    const vector = (size: number, seed: number) => values([size], seed) as tf.Tensor1D;
    const cases: [what: string, shapes: number[][], op: (...tensors: never[]) => tf.Tensor][] = [
      [
        'a convolution, with bias and residual',
        [
          [3, 3, 8, 12],
          [2, 6, 6, 12],
        ],
        (filter: tf.Tensor4D, residual: tf.Tensor4D) =>
          conv2d(values([2, 6, 6, 8], 1) as tf.Tensor4D, filter, { padding: 1, bias: vector(12, 2), residual }),
      ],
      [
        'a convolution whose sum is split',
        [[3, 3, 256, 64]],
        (filter: tf.Tensor4D) => conv2d(values([1, 4, 4, 256], 1) as tf.Tensor4D, filter, { padding: 1, groups: 1 }),
      ],
      ['a product', [[20, 24]], (weight: tf.Tensor2D) => linear(values([2, 9, 20], 1), weight, vector(24, 2))],
      [
        'normalization in one group and in many',
        [[2, 8, 8, 16]],
        (x: tf.Tensor4D) =>
          tf.stack(
            [1, 4].map((groups) =>
              groupNorm(x, vector(16, 2), vector(16, 3), { groups, residual: x, activation: 'gelu' }),
            ),
          ),
      ],
      [
        'normalization in two dispatches',
        [[1, 64, 64, 8]],
        (x: tf.Tensor4D) => groupNorm(x, vector(8, 2), vector(8, 3), { groups: 1 }),
      ],
      ['attention', [[2, 9, 48]], (qkv: tf.Tensor3D) => selfAttention(qkv, { heads: 4 })],
      ['pooling', [[2, 6, 4, 8]], (x: tf.Tensor4D) => maxPool2x(x)],
      ['enlargement', [[2, 3, 4, 8]], (x: tf.Tensor4D) => upsample2x(x, { method: 'bilinear' })],
      [
        'enlargement beside another image',
        [
          [2, 6, 8, 4],
          [2, 3, 4, 8],
        ],
        (skip: tf.Tensor4D, x: tf.Tensor4D) => upsampleBeside(skip, x, { method: 'nearest' }),
      ],
      [
        'images beside one another',
        [
          [2, 3, 4, 8],
          [2, 3, 4, 12],
        ],
        (a: tf.Tensor4D, b: tf.Tensor4D) => tf.concat([a, b], 3),
      ],
    ];
    it.each(cases)('%s', async (_, shapes, op) => {
      const inputs = shapes.map((shape, i) => both(shape, 10 + i));
      const run = async (which: 0 | 1) => {
        const y = tf.tidy(() => op(...(inputs.map((pair) => pair[which]) as never[])));
        const data = (await y.data()) as Float32Array;
        y.dispose();
        return data;
      };
      expect(await run(0)).toEqual(numbersOf(bitsOf(await run(1))));
      tf.dispose(inputs);
    });

    it('where elements are no vectors, results are float32', async () => {
      const [weight] = both([8, 3], 1);
      const y = linear(values([1, 5, 8], 2), weight as tf.Tensor2D);
      const data = (await y.data()) as Float32Array;
      expect(data).not.toEqual(numbersOf(bitsOf(data)));
      tf.dispose([weight, y]);
    });

    it('numbers are rounded as float16 is everywhere: ties to even, subnormal, infinite from 65520 on, NaN', async () => {
      const special = [0, -0, 1, -1, 65504, 65519.99, 65520, -65520, 1e30, Infinity, -Infinity, NaN];
      const ties = [1 + 2 ** -11, 1 + 3 * 2 ** -11, 2049, 2051, 2 ** -25, 1.5 * 2 ** -24, 2 ** -26, 3 * 2 ** -25];
      const edges = [2 ** -14, 2 ** -14 - 2 ** -25, 2 ** -14 - 2 ** -24, 6e-5, 6.1e-5, 1e-7, 1e-8];
      const all = [...special, ...ties, ...ties.map((value) => -value), ...edges, ...numbers(1001, 1)];
      const data = Float32Array.from({ length: 4 * Math.ceil(all.length / 4) }, (_, i) => all[i] ?? 0);
      const [source] = both([4], 1) as [tf.Tensor, tf.Tensor];
      const x = tf.tensor(data);
      const y = tf.engine().makeTensorFromTensorInfo(backend.makeFor(source, x.shape, 'vec4f'));
      backend.run({
        key: 'copied as halves',
        reads: { x },
        writes: { y },
        writable: ['y'],
        types: { x: 'vec4f', y: 'vec4f' },
        ...perThread(data.length / 4, 'put_y(i, x[i]);'),
      });
      const expected = numbersOf(bitsOf(data));
      expect(await y.data()).toEqual(expected);
      tf.dispose([source, x, y]);
    });
  },
);
