import '@tensorflow/tfjs';
import * as ops from '@denoiser/ops';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import type { ExportOptions } from '../src/export-onnx';
import { emitters } from '../src/kernels/index';
import { largestDifference, randomInputs, runBoth } from './run-onnx';

/** Each kernel alone, after and before a convolution's order of axes: what onnxruntime gives is what tfjs gives. */

type Image = tf.Tensor4D;
type Compute = (x: Image, o: { time: tf.Tensor1D; labels: tf.Tensor1D }) => tf.Tensor;

beforeAll(() => tf.setBackend('cpu'));

const SHAPE = [4, 6, 8] as const;
const [H, W, C] = SHAPE;
const positive = (x: tf.Tensor) => tf.add(tf.abs(x), 0.5);
const tokens = (x: Image): tf.Tensor3D => tf.reshape(x, [x.shape[0], H * W, C]);
const constant = (shape: number[], seed = 1) => tf.randomNormal(shape, 0, 1, 'float32', seed);
const numbers = [0.3, -2, 1.5, 0.1, 1, -0.7, 2, 0.25];
const vector = () => tf.tensor1d(numbers);
const image = (y: tf.Tensor) => tf.reshape(y, [y.shape[0] as number, 1, 1, -1]);

const cases: Record<string, Compute> = {
  [ops.Attention]: (x) => image(ops.attention(tokens(x), tf.mul(tokens(x), 0.5), tf.slice(tokens(x), 0), { heads: 2 })),
  [ops.Embedding]: (x, { labels }) => tf.add(x, image(ops.embedding(constant([5, C]) as tf.Tensor2D, labels))),
  [ops.Gelu]: (x) => ops.gelu(x),
  [ops.GroupNorm]: (x, { time }) => {
    const own = tf.add(tf.sin(tf.expandDims(time, 1)), vector()) as tf.Tensor2D; // [B, C]
    const y = ops.groupNorm(x, vector(), vector(), { groups: 4, epsilon: 1e-3, residual: x, activation: 'silu' });
    return ops.groupNorm(y, own, tf.neg(own), { groups: 2, activation: 'gelu' });
  },
  [ops.LayerNorm]: (x) => ops.layerNorm(x, vector(), vector(), { epsilon: 1e-3 }),
  [ops.Linear]: (x) => ops.linear(x, constant([C, 3]) as tf.Tensor2D, tf.tensor1d([1, 2, 3])),
  [ops.LinearCombination]: (x) => ops.linearCombination([x, tf.square(x)], [0.3, -2], { clip: [-1, 0.5] }),
  [ops.MaxPool2x]: (x) => ops.maxPool2x(x),
  [ops.Silu]: (x) => ops.silu(x),
  [ops.Upsample2x]: (x) =>
    tf.concat([ops.upsample2x(x, { method: 'nearest' }), ops.upsample2x(x, { method: 'bilinear' })], 1),
  [ops.Upsample2xGrad]: (x) => ops.averagePool2x(x),
  [tf.Abs]: (x) => tf.abs(x),
  [tf.Add]: (x) => tf.add(tf.add(x, vector()), tf.reshape(vector(), [2, 1, 4]).reshape([1, 1, 1, 8])),
  [tf.AvgPool]: (x) => tf.avgPool(x, 2, 2, 'same'),
  [tf.BatchMatMul]: (x) => image(tf.matMul(tokens(x), tf.mul(tokens(x), vector()), true, false)),
  [tf.Cast]: (x, { labels }) => tf.add(x, image(tf.cast(labels, 'float32'))),
  [tf.ClipByValue]: (x) => tf.clipByValue(x, -0.5, 1),
  [tf.Concat]: (x) => tf.concat([x, tf.mul(x, 2)], 3),
  [tf.Conv2D]: (x) => tf.conv2d(x, constant([3, 3, C, 5]) as Image, 2, 'same'),
  [tf.Cos]: (x) => tf.cos(x),
  [tf.Elu]: (x) => tf.elu(x),
  [tf.Erf]: (x) => tf.erf(x),
  [tf.Exp]: (x) => tf.exp(x),
  [tf.ExpandDims]: (x, { time }) => tf.add(x, image(tf.sin(tf.expandDims(time, 1)))),
  [tf.GatherV2]: (x, { labels }) => tf.add(x, image(tf.gather(constant([5, C]), labels))),
  [tf.Identity]: (x) => tf.clone(x),
  [tf.LeakyRelu]: (x) => tf.leakyRelu(x, 0.1),
  [tf.Log]: (x) => tf.log(positive(x)),
  [tf.Max]: (x) => image(tf.max(x, [1, 2])),
  [tf.Maximum]: (x) => tf.maximum(x, vector()),
  [tf.MaxPool]: (x) => tf.maxPool(x, 3, 1, 'same'),
  [tf.Mean]: (x) => tf.sub(x, tf.mean(x, [1, 2], true)),
  [tf.Min]: (x) => image(tf.min(x, 1)),
  [tf.Minimum]: (x) => tf.minimum(x, 0.1),
  [tf.Multiply]: (x) => tf.mul(x, tf.transpose(x, [0, 1, 2, 3])),
  [tf.Neg]: (x) => tf.neg(x),
  [tf.PadV2]: (x) =>
    tf.pad(
      x,
      [
        [0, 0],
        [0, 1],
        [2, 0],
        [0, 0],
      ],
      0.5,
    ),
  [tf.Pow]: (x) => tf.pow(positive(x), vector()),
  [tf.RealDiv]: (x) => tf.div(vector(), positive(x)),
  [tf.Reciprocal]: (x) => tf.reciprocal(positive(x)),
  [tf.Relu]: (x) => tf.relu(x),
  [tf.Reshape]: (x) => tf.reshape(tf.transpose(x, [0, 2, 1, 3]), [x.shape[0], H, W / 2, 2 * C]),
  [tf.Rsqrt]: (x) => tf.rsqrt(positive(x)),
  [tf.Sigmoid]: (x) => tf.sigmoid(x),
  [tf.Sin]: (x) => tf.sin(x),
  [tf.Slice]: (x) => tf.slice(x, [0, 1, 0, 2], [-1, 2, W, 3]),
  [tf.Softmax]: (x) => tf.softmax(x),
  [tf.Softplus]: (x) => tf.softplus(x),
  [tf.SplitV]: (x) => tf.sub(...(tf.split(x, 2, 3) as [tf.Tensor, tf.Tensor])),
  [tf.Sqrt]: (x) => tf.sqrt(positive(x)),
  [tf.Square]: (x) => tf.square(x),
  [tf.SquaredDifference]: (x) => tf.squaredDifference(x, vector()),
  [tf.Sub]: (x) => tf.sub(1, x),
  [tf.Sum]: (x) => tf.mul(x, tf.expandDims(tf.sum(x, 3), 3)),
  [tf.Tanh]: (x) => tf.tanh(x),
  [tf.Tile]: (x) => tf.tile(x, [1, 2, 1, 3]),
  [tf.Transpose]: (x) => tf.transpose(tf.add(x, 1), [0, 3, 1, 2]),
};

test('every kernel that can be written has a case', () => {
  expect(Object.keys(cases).sort()).toEqual(Object.keys(emitters).sort());
});

const labels = [-1, 0, 4];
const times = [0.5, 3, 1000];

function difference(compute: Compute, options: Partial<ExportOptions> = {}, given = labels) {
  const network = {
    parameters: new Map(),
    denoiser:
      () =>
      (x: Image, time: tf.Tensor1D, o?: { labels?: tf.Tensor1D }): Image =>
        tf.tidy(() => compute(x, { time, labels: o?.labels as tf.Tensor1D }) as Image),
  };
  return runBoth(network, randomInputs(SHAPE, times, given), options).then(largestDifference);
}

describe.each(Object.keys(cases))('%s', (kernel) => {
  const compute = cases[kernel] as Compute;
  const given = kernel === tf.GatherV2 ? [1, 0, 4] : labels;

  test('gives the same', async () => {
    expect(await difference(compute, {}, given)).toBeLessThan(1e-5);
  });

  test('gives the same, its axes in the order of what was before', async () => {
    const moved: Compute = (x, o) => compute(tf.reshape(tf.relu(tf.reshape(x, [-1, H * W, C])), x.shape) as Image, o);
    expect(await difference(moved, { opset: 18 }, given)).toBeLessThan(1e-5);
  });
});
