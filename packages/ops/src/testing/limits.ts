import * as tf from '@tensorflow/tfjs-core';
import { gelu, silu } from '../activations';
import { attention } from '../attention';
import { conv2d } from '../conv2d';
import { AdamWStep, Attention, Gelu, Silu } from '../kernels';
import { adamWStep } from '../optimizer';
import { type ConformanceCase, exactly, expectedOf, numbers } from './conformance-case';
import { convolved, evenPadding } from './convolution';
import { exact, multiply, sigmoid } from './tracked';

const activation: ConformanceCase = {
  family: 'limits',
  name: 'gelu and silu hand on what is not a number and what is large, and are 0 far below',
  kernels: [Gelu, Silu],
  inputs: () => [{ shape: [8], values: Float32Array.of(Number.NaN, 1e30, 40, 14, 0, -20, -40, -1e30) }],
  run: (x) => [gelu(x), silu(x)],
  expected: ({ values }) => [
    exactly(
      [8],
      values.map((x) => (x < 0 ? 0 : x)),
    ),
    expectedOf([8], (i) => multiply(exact(values[i] as number), sigmoid(exact(values[i] as number)))),
  ],
};

/** Keys of two images with NaN in channel 1 of key 3 of the first: its head 0 is lost, all else is not. */
const attentionToNaN: ConformanceCase = {
  family: 'limits',
  name: 'NaN in a key reaches what attends to it, and nothing else',
  kernels: [Attention],
  inputs: () => [numbers([2, 5, 4], 1), numbers([2, 9, 4], 2), numbers([2, 9, 4], 3)],
  run: (q, k, v) => {
    const keys = k.dataSync().slice();
    keys[13] = Number.NaN;
    const y = attention(q as tf.Tensor3D, tf.tensor3d(keys, [2, 9, 4]), v as tf.Tensor3D, { heads: 2 });
    return tf.cast(tf.isNaN(y), 'float32');
  },
  expected: () => [
    exactly(
      [2, 5, 4],
      Array.from({ length: 40 }, (_, i) => (i < 20 && i % 4 < 2 ? 1 : 0)),
    ),
  ],
};

const scoresFarApart: ConformanceCase = {
  family: 'limits',
  name: 'scores that would overflow the exponential',
  kernels: [Attention],
  inputs: () => [
    { shape: [1, 2, 1], values: Float32Array.of(100, -100) },
    { shape: [1, 3, 1], values: Float32Array.of(1, -1, 0) },
    { shape: [1, 3, 1], values: Float32Array.of(2, 3, 5) },
  ],
  run: (q, k, v) => attention(q as tf.Tensor3D, k as tf.Tensor3D, v as tf.Tensor3D, { heads: 1 }),
  expected: () => [exactly([1, 2, 1], [2, 3])],
};

/** tfjs shares memory between clones; a step in place has to leave them alone. */
const clones: ConformanceCase = {
  family: 'limits',
  name: 'a step of AdamW changes the variables alone, not what shares their memory',
  kernels: [AdamWStep],
  inputs: () => [{ shape: [2], values: Float32Array.of(1, 2) }],
  run: (start) => {
    const parameter = tf.variable(start);
    const shadow = tf.variable(parameter);
    const saved = parameter.clone();
    const zeros = tf.zeros([2]);
    const [first, second] = [tf.variable(zeros), tf.variable(zeros)];
    adamWStep({
      parameters: [parameter],
      gradients: [tf.ones([2])],
      firstMoments: [first],
      secondMoments: [second],
      step: 1,
    });
    const moved = tf.cast(tf.less(parameter, start), 'float32');
    const others = [start, shadow, saved, zeros].map((tensor) => tf.add(tensor, 0));
    tf.dispose([parameter, shadow, first, second]);
    return [moved, ...others];
  },
  expected: () =>
    [
      [1, 1],
      [1, 2],
      [1, 2],
      [1, 2],
      [0, 0],
    ].map((values) => exactly([2], values)),
};

/** Backends keep packed copies of filters. */
const packed: ConformanceCase = {
  family: 'limits',
  name: 'convolutions see what AdamW has written into their filter',
  kernels: [AdamWStep, 'Conv2D'],
  inputs: () => [],
  run: () => {
    const x = tf.ones([1, 2, 2, 1]) as tf.Tensor4D;
    const filter = tf.variable(tf.ones([1, 1, 1, 1])) as tf.Variable & tf.Tensor4D;
    const [first, second] = [0, 0].map(() => tf.variable(tf.zeros([1, 1, 1, 1]))) as [tf.Variable, tf.Variable];
    const same = [1, 2, 3].map((step) => {
      const gradients = [tf.ones([1, 1, 1, 1])];
      const lists = { parameters: [filter], gradients, firstMoments: [first], secondMoments: [second] };
      adamWStep({ ...lists, step, learningRate: 0.1 });
      return tf.sub(conv2d(x, filter), tf.mul(x, filter));
    });
    tf.dispose([filter, first, second]);
    return same;
  },
  expected: () => [1, 2, 3].map(() => exactly([1, 2, 2, 1], [0, 0, 0, 0])),
};

const sizes = { x: [1, 8, 8, 8], filter: [3, 3, 8, 8], padding: evenPadding(1) } as const;

const reassigned: ConformanceCase = {
  family: 'limits',
  name: 'convolutions see what has been assigned to their filter, however often they ran before',
  kernels: ['Conv2D'],
  inputs: () => [numbers(sizes.x, 1), numbers(sizes.filter, 2), numbers(sizes.filter, 3)],
  run: (x, before, after) => {
    const filter = tf.variable(before) as tf.Variable & tf.Tensor4D;
    const runs = () => [1, 2, 3].map(() => conv2d(x as tf.Tensor4D, filter, { padding: 1 }));
    const first = runs();
    filter.assign(after as typeof filter);
    const all = [...first, ...runs()];
    filter.dispose();
    return all;
  },
  expected: (x, before, after) => [before, after].flatMap((filter) => Array(3).fill(convolved(sizes, x, filter))),
};

export const limitCases: readonly ConformanceCase[] = [
  activation,
  attentionToNaN,
  scoresFarApart,
  clones,
  packed,
  reassigned,
];
