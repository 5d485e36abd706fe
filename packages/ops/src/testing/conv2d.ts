import * as tf from '@tensorflow/tfjs-core';
import { conv2d } from '../conv2d';
import { type ConformanceCase, expectedOf, type Numbers, numbers } from './conformance-case';
import type { Tracked } from './tracked';

/** [batch, height, width, inputs, outputs, kernel, stride, padding] */
const sizes = [
  [1, 1, 1, 1, 1, 1, 1, 0],
  [2, 5, 7, 3, 8, 3, 1, 1],
  [1, 9, 9, 4, 5, 3, 1, 0],
  [2, 4, 5, 7, 4, 1, 1, 0],
  [1, 8, 8, 4, 4, 3, 2, 1],
  [2, 7, 9, 3, 5, 3, 2, 0],
  [1, 6, 6, 4, 4, 2, 1, 1],
  [1, 6, 6, 2, 4, 1, 2, 0],
  [2, 6, 4, 3, 2, 2, 2, 0],
  [1, 5, 4, 3, 3, 3, 1, 2],
  [1, 7, 6, 2, 3, 5, 2, 2],
  [1, 13, 10, 16, 24, 3, 1, 1], // tiles of Winograd, whole and cut
  [2, 9, 10, 8, 8, 3, 1, 0],
  [1, 4, 4, 64, 36, 3, 1, 1], // a long sum over channels
  [2, 16, 16, 4, 8, 3, 1, 1], // a long sum over pixels
] as const;

/**
 * A kernel may compute 3×3 convolutions of stride 1 by Winograd's F(4×4, 3×3) (Lavin and Gray 2015, arXiv:1509.09308), whose
 * error comes from all numbers of a 6×6 tile, not from the terms of one element. Along one axis an output is Aᵀ[(G·g)⊙(Bᵀ·d)].
 * The lengths of the rows of Bᵀ are 6.5, 5.8, 5.8, 3.2, 3.2, 6.5, of G ¼, 0.29, 0.29, 0.19, 0.19, 1, and the row of Aᵀ with the
 * largest factors is (0, 1, −1, 8, −8, 1): for inputs of variance 1 what it adds up has the length
 * √(2·(5.8·0.29)² + 2·(8·3.2·0.19)² + 6.5²) = 9.7, which is 94 over two axes. Each of these products is rounded about 14 times
 * (both transforms in two passes of two additions, the product, the sum over channels, the way back in two passes), as a
 * random walk of steps that are uniform: √(14/3) = 2.2. The standard deviation is 94·2.2 ≈ 200 roundings of
 * √channels·rms(d)·rms(g), and an element is allowed four.
 */
const WINOGRAD = 4 * 200;

export const conv2dCases: readonly ConformanceCase[] = sizes.map(
  ([batch, height, width, inputs, outputs, kernel, stride, padding]) => {
    const op = (x: tf.Tensor, filter: tf.Tensor, bias: tf.Tensor) =>
      conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, { stride, padding, bias: bias as tf.Tensor1D });
    const [rows, columns] = [height, width].map((size) => Math.floor((size + 2 * padding - kernel) / stride) + 1) as [
      number,
      number,
    ];
    const shapes = {
      x: [batch, height, width, inputs],
      filter: [kernel, kernel, inputs, outputs],
      y: [batch, rows, columns, outputs],
    };
    return {
      family: 'convolution',
      name: `[${shapes.x}] by [${shapes.filter}], stride ${stride}, padding ${padding}, and its gradients`,
      kernels: ['Conv2D', 'Conv2DBackpropInput', 'Conv2DBackpropFilter'],
      inputs: () => [numbers(shapes.x, 1), numbers(shapes.filter, 2), numbers([outputs], 3), numbers(shapes.y, 4)],
      run: (x, filter, bias, dy) => [op(x, filter, bias), ...tf.grads(op)([x, filter, bias], dy)],
      expected: (x, filter, bias, dy) => {
        const [y, dx, dfilter, dbias] = [dy, x, filter, bias].map(({ values }) => accumulator(values.length)) as [
          Accumulator,
          Accumulator,
          Accumulator,
          Accumulator,
        ];
        dy.values.forEach((slope, out) => {
          const [b, row] = [Math.floor(out / (rows * columns * outputs)), Math.floor(out / (columns * outputs)) % rows];
          const [column, o] = [Math.floor(out / outputs) % columns, out % outputs];
          y.put(out, bias.values[o] as number);
          dbias.put(o, slope);
          for (let i = 0; i < kernel; i++) {
            for (let j = 0; j < kernel; j++) {
              const [r, c] = [row * stride + i - padding, column * stride + j - padding];
              if (r < 0 || r >= height || c < 0 || c >= width) continue;
              for (let k = 0; k < inputs; k++) {
                const from = ((b * height + r) * width + c) * inputs + k;
                const weight = ((i * kernel + j) * inputs + k) * outputs + o;
                y.put(out, (x.values[from] as number) * (filter.values[weight] as number));
                dx.put(from, slope * (filter.values[weight] as number));
                dfilter.put(weight, slope * (x.values[from] as number));
              }
            }
          }
        });
        const isTiled = kernel === 3 && stride === 1;
        const tile = (channels: number, a: Numbers, b: Numbers) =>
          isTiled ? WINOGRAD * Math.sqrt(channels) * rms(a) * rms(b) : 0;
        return [
          expectedOf(shapes.y, (i) => y.get(i, tile(inputs, x, filter))),
          expectedOf(shapes.x, (i) => dx.get(i, tile(outputs, dy, filter))),
          expectedOf(shapes.filter, (i) => dfilter.get(i, 0)),
          expectedOf([outputs], (i) => dbias.get(i, 0)),
        ];
      },
    };
  },
);

const rms = ({ values }: Numbers): number =>
  Math.sqrt(values.reduce((total, value) => total + value * value, 0) / values.length);

type Accumulator = { put(i: number, term: number): void; get(i: number, least: number): Tracked };

/** Sums of products, with the count and the size of their terms: their bound is that of `dot`. */
function accumulator(length: number): Accumulator {
  const [values, sizes, counts] = [new Float64Array(length), new Float64Array(length), new Float64Array(length)];
  return {
    put(i, term) {
      values[i] = (values[i] as number) + term;
      sizes[i] = (sizes[i] as number) + Math.abs(term);
      counts[i] = (counts[i] as number) + 1;
    },
    get: (i, least) => ({
      value: values[i] as number,
      error: Math.max(least, (1 + 4 * Math.sqrt(counts[i] as number)) * (sizes[i] as number)),
    }),
  };
}
