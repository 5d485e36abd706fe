import '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { type ExportOptions, exportOnnx } from './export-onnx';

beforeAll(() => tf.setBackend('cpu'));

const imageShape = [8, 8, 2] as const;
const network = (compute: (x: tf.Tensor4D, time: tf.Tensor1D) => tf.Tensor) => ({
  parameters: new Map(),
  denoiser: () => (x: tf.Tensor4D, time: tf.Tensor1D) => tf.tidy(() => compute(x, time)) as tf.Tensor4D,
});
const attempt = (compute: Parameters<typeof network>[0], options: Partial<ExportOptions> = {}) =>
  exportOnnx(network(compute), { imageShape, ...options });

test('a kernel without a form in ONNX is named', async () => {
  await expect(attempt((x) => tf.cumsum(x, 1))).rejects.toMatchObject({
    code: 'kernel-unsupported',
    message: expect.stringContaining('the kernel Cumsum'),
  });
});

test('a network that looks at numbers is told so', async () => {
  await expect(attempt((x) => tf.mul(x, x.dataSync()[0] as number))).rejects.toMatchObject({ code: 'numbers-unknown' });
});

test.each([
  ['a constant of a row an image', (x: tf.Tensor4D) => tf.add(x, tf.zeros([x.shape[0], 1, 1, 1]))],
  [
    'images compared with each other',
    (x: tf.Tensor4D) => {
      const rows = tf.reshape(x, [x.shape[0], -1]) as tf.Tensor2D;
      return tf.reshape(tf.matMul(rows, rows, false, true), [x.shape[0], x.shape[0], 1, 1]);
    },
  ],
  ['a number of the batch', (x: tf.Tensor4D) => tf.div(x, x.shape[0])],
  ['a part of the batch', (x: tf.Tensor4D) => tf.slice(x, [0, 0, 0, 0], [x.shape[0] - 1, 8, 8, 2])],
])('%s is refused', async (_, compute) => {
  await expect(attempt(compute)).rejects.toMatchObject({ code: 'batch-fixed' });
});

test.each([
  [{ dtype: 'bf16' }, "`dtype` must be 'f32' or 'f16', not \"bf16\"."],
  [{ opset: 16 }, '`opset` must be a whole number from 17 to 22, not 16.'],
  [{ attention: 'fast' }, "`attention` must be 'plain' or 'contrib', not \"fast\"."],
])('the option %o is refused', async (options, message) => {
  await expect(attempt((x) => x, options as object)).rejects.toMatchObject({ code: 'option-invalid', message });
});

test('a shape of another size is refused, as where the network computes', async () => {
  await expect(attempt((x) => tf.reshape(x, [x.shape[0], 8, 8, 3]))).rejects.toThrow(/must match the product of shape/);
});

test('numbers that half precision has not are refused, not rounded to infinity', async () => {
  const filter = (value: number) => tf.tensor4d([1, value], [1, 1, 2, 1]);
  const scaled = (factor: number) => attempt((x) => tf.conv2d(x, filter(factor), 1, 'valid'), { dtype: 'f16' });
  await expect(scaled(65_519)).resolves.toBeInstanceOf(Uint8Array);
  await expect(scaled(-65_520)).rejects.toThrow(/no number as large as one of constant_0; leave out `dtype`/);
});

test('whatever goes wrong, the backend is the one before and nothing is left', async () => {
  const { numTensors } = tf.memory();
  await expect(attempt((x) => tf.cumsum(tf.mul(x, tf.tensor1d([1, 2])), 1))).rejects.toThrow();
  expect(tf.getBackend()).toBe('cpu');
  expect(tf.memory().numTensors).toBe(numTensors);
});
