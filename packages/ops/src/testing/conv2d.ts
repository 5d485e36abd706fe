import * as tf from '@tensorflow/tfjs-core';
import { conv2d } from '../conv2d';
import { fusedKernels } from '../fused-kernels';
import { type ConformanceCase, differentiated, draw, expectedOf, type Numbers, numbers } from './conformance-case';
import {
  type Convolution,
  convolved,
  evenPadding,
  filterGradient,
  inputGradient,
  outputShape,
  type Padding,
  samePadding,
} from './convolution';
import { add, exact, sumsAt, type Tracked } from './tracked';

const kernels = ['Conv2D', 'Conv2DBackpropInput', 'Conv2DBackpropFilter'];

type Sizes = readonly [
  batch: number,
  height: number,
  width: number,
  inputs: number,
  outputs: number,
  kernel: number,
  stride: number,
  padding: number | readonly [before: number, after: number],
];
const sizes: readonly Sizes[] = [
  [1, 1, 1, 1, 1, 1, 1, 0],
  [2, 5, 7, 3, 8, 3, 1, 1],
  [1, 9, 9, 4, 5, 3, 1, 0],
  [2, 4, 5, 7, 4, 1, 1, 0],
  [1, 8, 8, 4, 4, 3, 2, 1],
  [2, 8, 6, 8, 8, 3, 2, [0, 1]], // half the size, as 'same' does it
  [1, 7, 8, 3, 4, 3, 2, [0, 1]],
  [1, 5, 6, 4, 4, 3, 1, [2, 0]],
  [2, 7, 9, 3, 5, 3, 2, 0],
  [1, 6, 6, 4, 4, 2, 1, 1],
  [1, 6, 6, 2, 4, 1, 2, 0],
  [2, 6, 4, 3, 2, 2, 2, 0],
  [1, 5, 4, 3, 3, 3, 1, 2],
  [1, 7, 6, 2, 3, 5, 2, 2],
  [1, 13, 10, 16, 24, 3, 1, 1], // tiles of Winograd, whole and cut
  [2, 9, 10, 8, 8, 3, 1, 0],
  [1, 3, 3, 8, 8, 3, 1, 1], // one tile, few pixels
  [1, 4, 4, 64, 36, 3, 1, 1], // a long sum over channels
  [2, 16, 16, 4, 8, 3, 1, 1], // a long sum over pixels
];

/** Our conv2d with a bias, and its gradients. */
function convolutionCase([batch, height, width, inputs, outputs, kernel, stride, padding]: Sizes): ConformanceCase {
  const convolution: Convolution = {
    x: [batch, height, width, inputs],
    filter: [kernel, kernel, inputs, outputs],
    strides: [stride, stride],
    padding:
      typeof padding === 'number'
        ? evenPadding(padding)
        : { top: padding[0], bottom: padding[1], left: padding[0], right: padding[1] },
  };
  const { x, filter } = convolution;
  return {
    family: 'convolution',
    name: `[${x}] by [${filter}], stride ${stride}, padding ${padding}, a bias, and its gradients`,
    kernels,
    fused: [fusedKernels.conv2DGrad],
    inputs: () => [numbers(x, 1), numbers(filter, 2), numbers([outputs], 3), numbers(outputShape(convolution), 4)],
    ...differentiated((x, filter, bias) =>
      conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, { stride: stride as 1 | 2, padding, bias: bias as tf.Tensor1D }),
    ),
    expected: (x, filter, bias, dy) => [
      convolved(convolution, x, filter, bias),
      inputGradient(convolution, filter, dy),
      filterGradient(convolution, x, dy),
      biasGradient(dy),
    ],
  };
}

/** With a vector an image and an image added. */
function surroundedCase(x: Convolution['x'], outputs: number): ConformanceCase {
  const filter: Convolution['filter'] = [3, 3, x[3], outputs];
  const convolution: Convolution = { x, filter, strides: [1, 1], padding: evenPadding(1) };
  const out = outputShape(convolution);
  const perImage = x[1] * x[2];
  const imageAndChannel = (i: number) => Math.floor(i / (perImage * outputs)) * outputs + (i % outputs);
  return {
    family: 'convolution',
    name: `[${x}] by [${filter}], a bias, a vector an image, an image added, and the gradients`,
    kernels,
    fused: [fusedKernels.conv2D],
    inputs: () => [
      ...[numbers(x, 1), numbers(filter, 2), numbers([outputs], 3), numbers([x[0], outputs], 4), numbers(out, 5)],
      numbers(out, 6),
    ],
    ...differentiated((image, weights, bias, shift, residual) =>
      conv2d(image as tf.Tensor4D, weights as tf.Tensor4D, {
        ...{ padding: 1, bias: bias as tf.Tensor1D, shift: shift as tf.Tensor2D },
        residual: residual as tf.Tensor4D,
      }),
    ),
    expected: (image, weights, bias, shift, residual, dy) => {
      const y = convolved(convolution, image, weights, bias);
      return [
        expectedOf(out, (i) => {
          const shifted = add(y.values[i] as Tracked, exact(shift.values[imageAndChannel(i)] as number));
          return add(shifted, exact(residual.values[i] as number));
        }),
        inputGradient(convolution, weights, dy),
        filterGradient(convolution, image, dy),
        biasGradient(dy),
        expectedOf([x[0], outputs], (place) => {
          const sums = sumsAt(1);
          dy.values.forEach((slope, i) => void (imageAndChannel(i) === place && sums.put(0, slope)));
          return sums.at(0);
        }),
        expectedOf(out, (i) => exact(dy.values[i] as number)),
      ];
    },
  };
}

function biasGradient({ shape, values }: Numbers) {
  const outputs = shape.at(-1) as number;
  const sums = sumsAt(outputs);
  values.forEach((slope, i) => void sums.put(i % outputs, slope));
  return expectedOf([outputs], sums.at);
}

type Stock = Omit<Convolution, 'padding'> & { pad?: 'same' | 'valid' | number | Padding };

/** tfjs's own way of asking: 'same', sides that differ, strides and dilations by axis. */
const stock: readonly Stock[] = [
  { x: [2, 6, 5, 8], filter: [3, 3, 8, 12] },
  { x: [1, 8, 8, 4], filter: [3, 3, 4, 4], strides: [2, 2] },
  { x: [1, 4, 4, 5], filter: [3, 3, 5, 260], strides: [2, 2] },
  { x: [1, 9, 8, 4], filter: [2, 4, 4, 6], strides: [2, 3] },
  { x: [2, 6, 9, 8], filter: [3, 5, 8, 4], strides: [2, 3], pad: 'valid' },
  { x: [1, 5, 6, 4], filter: [5, 6, 4, 7], pad: 'valid' }, // one pixel is left
  { x: [2, 5, 7, 3], filter: [3, 3, 3, 8], pad: 1 },
  { x: [1, 6, 6, 2], filter: [1, 1, 2, 4], strides: [2, 2], pad: 1 },
  { x: [1, 6, 5, 4], filter: [4, 2, 4, 8], pad: { top: 1, bottom: 2, left: 0, right: 1 } },
  { x: [1, 9, 9, 4], filter: [3, 3, 4, 8], dilations: [2, 2] },
  { x: [1, 9, 10, 4], filter: [3, 3, 4, 5], dilations: [2, 3], pad: 'valid' },
];

function stockCase({ pad = 'same', ...rest }: Stock): ConformanceCase {
  const padding =
    pad === 'same'
      ? samePadding(rest)
      : pad === 'valid'
        ? evenPadding(0)
        : typeof pad === 'number'
          ? evenPadding(pad)
          : pad;
  const convolution: Convolution = { ...rest, padding };
  const { x, filter, strides = [1, 1], dilations = [1, 1] } = convolution;
  const isDilated = String(dilations) !== '1,1'; // has no gradient in tfjs
  const sides: 'same' | 'valid' | number | tf.backend_util.ExplicitPadding =
    typeof pad === 'object'
      ? [
          [0, 0],
          [pad.top, pad.bottom],
          [pad.left, pad.right],
          [0, 0],
        ]
      : pad;
  const op = (x: tf.Tensor, filter: tf.Tensor) =>
    tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, [...strides], sides, 'NHWC', [...dilations]);
  return {
    family: 'convolution',
    name: `[${x}] by [${filter}], strides ${strides}, dilations ${dilations}, pad ${JSON.stringify(pad)}${isDilated ? '' : ', and its gradients'}`,
    kernels: isDilated ? kernels.slice(0, 1) : kernels,
    inputs: () => [numbers(x, 1), numbers(filter, 2), numbers(outputShape(convolution), 4)],
    ...(isDilated ? { run: (x, filter) => op(x as tf.Tensor, filter as tf.Tensor) } : differentiated(op)),
    expected: (x, filter, dy) => {
      const y = convolved(convolution, x, filter);
      return isDilated ? [y] : [y, inputGradient(convolution, filter, dy), filterGradient(convolution, x, dy)];
    },
  };
}

/** The gradient by x as an op of its own, to a size that the stride does not divide. */
const transposed: Convolution = {
  x: [2, 7, 5, 4],
  filter: [3, 3, 4, 5],
  strides: [2, 2],
  padding: samePadding({ x: [2, 7, 5, 4], filter: [3, 3, 4, 5], strides: [2, 2] }),
};
const transposedCase: ConformanceCase = {
  family: 'convolution',
  name: `transposed, to [${transposed.x}] by [${transposed.filter}], strides ${transposed.strides}`,
  kernels: ['Conv2DBackpropInput'],
  inputs: () => [numbers(transposed.filter, 2), numbers(outputShape(transposed), 1)],
  run: (filter, y) => tf.conv2dTranspose(y as tf.Tensor4D, filter as tf.Tensor4D, [...transposed.x], 2, 'same'),
  expected: (filter, y) => [inputGradient(transposed, filter, y)],
};

/** [batch, channels, height, width] */
const channelsFirst: ConformanceCase = {
  family: 'convolution',
  name: 'channels first',
  kernels: ['Conv2D'],
  inputs: () => [numbers([1, 5, 4, 3], 1), numbers([3, 3, 3, 4], 2)],
  run: (x, filter) => tf.conv2d(tf.transpose(x, [0, 3, 1, 2]) as tf.Tensor4D, filter as tf.Tensor4D, 1, 'same', 'NCHW'),
  expected: (x, filter) => {
    const y = convolved({ x: [1, 5, 4, 3], filter: [3, 3, 3, 4], padding: evenPadding(1) }, x, filter);
    return [expectedOf([1, 4, 5, 4], (i) => y.values[(i % 20) * 4 + Math.floor(i / 20)] as Tracked)];
  },
};

export const conv2dCases: readonly ConformanceCase[] = [
  surroundedCase([1, 5, 4, 8], 8),
  surroundedCase([2, 3, 5, 3], 6),
  surroundedCase([2, 2, 2, 64], 8), // a sum that is split
  ...sizes.map(convolutionCase),
  ...stock.map(stockCase),
  transposedCase,
  channelsFirst,
];

const image = { batch: [1, 3], height: [3, 11], width: [3, 11] } as const;

export const drawnConv2dCases: readonly ConformanceCase[] = [
  ...draw(12, { ...image, from: [1, 13], to: [1, 19], kernel: [1, 3], stride: [1, 2], padding: [0, 1] }).map((n) =>
    convolutionCase([n.batch, n.height, n.width, n.from, n.to, n.kernel, n.stride, n.padding]),
  ),
  // What is computed by tiles.
  ...draw(8, { ...image, from: [1, 4], to: [1, 3], padding: [0, 2] }).map((n) =>
    convolutionCase([n.batch, n.height, n.width, 8 * n.from, 8 * n.to, 3, 1, n.padding]),
  ),
];
