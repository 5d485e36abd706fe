import * as tf from '@tensorflow/tfjs';
import type { KernelCase } from './case';
import { values } from './values';

type Pad = 'same' | 'valid' | number | tf.backend_util.ExplicitPadding;
type Convolution = {
  x: [batch: number, height: number, width: number, inputs: number];
  filter: [height: number, width: number, inputs: number, outputs: number];
  strides?: number | [number, number];
  pad?: Pad;
  dilations?: number | [number, number];
};

const convolutions: readonly Convolution[] = [
  { x: [1, 1, 1, 1], filter: [1, 1, 1, 1] },
  { x: [2, 5, 7, 3], filter: [3, 3, 3, 8] },
  { x: [2, 6, 5, 8], filter: [3, 3, 8, 12] },
  { x: [1, 9, 9, 4], filter: [3, 3, 4, 5], pad: 'valid' },
  { x: [2, 4, 5, 8], filter: [1, 1, 8, 3] },
  { x: [2, 4, 5, 7], filter: [1, 1, 7, 4], pad: 'valid' },
  { x: [1, 8, 8, 4], filter: [3, 3, 4, 4], strides: 2 },
  { x: [2, 7, 9, 3], filter: [3, 3, 3, 5], strides: 2, pad: 'valid' },
  { x: [1, 9, 8, 4], filter: [2, 4, 4, 6], strides: [2, 3] },
  { x: [1, 6, 6, 4], filter: [3, 3, 4, 4], pad: 1 },
  { x: [1, 6, 6, 2], filter: [1, 1, 2, 4], strides: 2, pad: 1 },
  { x: [2, 6, 9, 8], filter: [3, 5, 8, 4], strides: [2, 3], pad: 'valid' },
  { x: [1, 4, 4, 5], filter: [3, 3, 5, 260], strides: 2 },
  {
    x: [1, 6, 5, 4],
    filter: [4, 2, 4, 8],
    pad: [
      [0, 0],
      [1, 2],
      [0, 1],
      [0, 0],
    ],
  },
  { x: [1, 5, 6, 4], filter: [5, 6, 4, 7], pad: 'valid' },
  { x: [2, 16, 16, 4], filter: [3, 3, 4, 8] }, // the sum over its pixels is split
  { x: [1, 4, 4, 64], filter: [3, 3, 64, 36] }, // the sum over its channels is split
];

const nameOf = ({ x, filter, strides = 1, pad = 'same', dilations = 1 }: Convolution) =>
  `[${x}] by [${filter}], stride ${strides}, ${JSON.stringify(pad)}${dilations === 1 ? '' : `, dilation ${dilations}`}`;

const apply = ({ strides = 1, pad = 'same', dilations = 1 }: Convolution, x: tf.Tensor, filter: tf.Tensor) =>
  tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, strides, pad, 'NHWC', dilations);

export const conv2dCases: readonly KernelCase[] = [
  ...convolutions.map((c) => ({
    name: nameOf(c),
    kernels: ['Conv2D'],
    compute: () => apply(c, values(c.x, 1), values(c.filter, 2)),
  })),
  ...convolutions.map((c) => ({
    name: `the gradients of ${nameOf(c)}`,
    kernels: ['Conv2DBackpropInput', 'Conv2DBackpropFilter'],
    compute: () => {
      const [x, filter] = [values(c.x, 1), values(c.filter, 2)];
      const dy = values(apply(c, x, filter).shape, 3);
      return tf.grads((a, b) => apply(c, a as tf.Tensor, b as tf.Tensor))([x, filter], dy);
    },
  })),
  ...[{ dilations: 2 }, { dilations: [2, 3] as [number, number], pad: 'valid' as const }].map((options) => {
    const c: Convolution = { x: [1, 9, 10, 4], filter: [3, 3, 4, 5], ...options };
    return { name: nameOf(c), kernels: ['Conv2D'], compute: () => apply(c, values(c.x, 1), values(c.filter, 2)) };
  }),
  {
    name: 'channels first, by the kernel of tfjs',
    kernels: ['Conv2D'],
    compute: () => {
      const x = values([1, 3, 5, 5], 1) as tf.Tensor4D;
      // tfjs's cpu backend is asked in its own way round.
      if (tf.getBackend() === 'webgpu') return tf.conv2d(x, values([3, 3, 3, 4], 2) as tf.Tensor4D, 1, 'same', 'NCHW');
      const turned = tf.transpose(x, [0, 2, 3, 1]);
      return tf.transpose(tf.conv2d(turned, values([3, 3, 3, 4], 2) as tf.Tensor4D, 1, 'same'), [0, 3, 1, 2]);
    },
  },
  {
    name: 'transposed, to a size that the stride does not divide',
    kernels: ['Conv2DBackpropInput'],
    compute: () =>
      tf.conv2dTranspose(
        values([2, 4, 3, 5], 1) as tf.Tensor4D,
        values([3, 3, 4, 5], 2) as tf.Tensor4D,
        [2, 7, 5, 4],
        2,
        'same',
      ),
  },
  ...(['linear', 'relu', 'sigmoid'] as const).map((activation) => ({
    name: `${activation} of a convolution with a bias`,
    kernels: ['FusedConv2D'],
    compute: () =>
      tf.fused.conv2d({
        x: values([1, 5, 6, 3], 1) as tf.Tensor4D,
        filter: values([3, 3, 3, 5], 2) as tf.Tensor4D,
        strides: 1,
        pad: 'same',
        bias: values([5], 3),
        activation,
      }),
  })),
];
