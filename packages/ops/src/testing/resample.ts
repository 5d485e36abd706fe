import type * as tf from '@tensorflow/tfjs-core';
import { fusedKernels } from '../fused-kernels';
import { MaxPool2x, MaxPool2xGrad, Upsample2x, Upsample2xGrad } from '../kernels';
import { averagePool2x, maxPool2x, upsample2x, upsampleBeside } from '../resample';
import type { BatchShape } from '../shapes';
import {
  type ConformanceCase,
  differentiated,
  draw,
  type Expected,
  exactly,
  expectedOf,
  type Numbers,
  numbers,
} from './conformance-case';
import { exact, multiply, sum, type Tracked } from './tracked';

const shapes: readonly BatchShape[] = [
  [1, 2, 2, 1],
  [2, 5, 7, 3],
  [1, 4, 6, 8],
  [3, 3, 2, 4],
];

function poolingCase(shape: BatchShape, ties: boolean): ConformanceCase {
  const [batch, height, width, channels] = shape;
  const out = [batch, height >> 1, width >> 1, channels];
  const pool = (x: tf.Tensor) => maxPool2x(x as tf.Tensor4D);
  return {
    family: 'resample',
    name: `maxPool2x of [${shape}]${ties ? ', where values are equal,' : ''} and its gradient`,
    kernels: [MaxPool2x, MaxPool2xGrad],
    inputs: () => {
      const x = numbers(shape, 1);
      return [ties ? { shape, values: x.values.map(Math.round) } : x, numbers(out, 2)];
    },
    ...differentiated(pool),
    expected: ({ values: x }, { values: dy }) => {
      const [y, dx] = [new Float32Array(dy.length), new Float32Array(x.length)];
      dy.forEach((slope, i) => {
        const [b, row] = [
          Math.floor(i / (out[1] as number) / (out[2] as number) / channels),
          Math.floor(i / (out[2] as number) / channels) % (out[1] as number),
        ];
        const [column, c] = [Math.floor(i / channels) % (out[2] as number), i % channels];
        const places = [0, 1, 2, 3].map(
          (k) => ((b * height + 2 * row + (k >> 1)) * width + 2 * column + (k & 1)) * channels + c,
        );
        const first = places.reduce((best, place) => ((x[place] as number) > (x[best] as number) ? place : best));
        y[i] = x[first] as number;
        dx[first] = slope;
      });
      return [exactly(out, y), exactly(shape, dx)];
    },
  };
}

/** The mean of each 2×2 block: the gradient of repeating pixels, a quarter of it, and the other way round. */
function averagingCase([batch, height, width, channels]: BatchShape): ConformanceCase {
  const shape = [batch, 2 * height, 2 * width, channels];
  const out = [batch, height, width, channels];
  return {
    family: 'resample',
    name: `averagePool2x of [${shape}] and its gradient`,
    kernels: [Upsample2x, Upsample2xGrad],
    inputs: () => [numbers(shape, 1), numbers(out, 2)],
    ...differentiated((x) => averagePool2x(x as tf.Tensor4D)),
    expected: ({ values: x }, { values: dy }) => {
      const blocks: Tracked[][] = Array.from(dy, () => []);
      /** The block of element i of the larger image. */
      const blockOf = (i: number) => {
        const pixel = Math.floor(i / channels);
        const row = Math.floor(pixel / (2 * width)); // of all images
        return ((row >> 1) * width + ((pixel % (2 * width)) >> 1)) * channels + (i % channels);
      };
      x.forEach((value, i) => void blocks[blockOf(i)]?.push(exact(value)));
      const quarter = (of: Tracked) => multiply(of, exact(0.25));
      return [
        expectedOf(out, (i) => quarter(sum(blocks[i] as Tracked[]))),
        expectedOf(shape, (i) => quarter(exact(dy[blockOf(i)] as number))),
      ];
    },
  };
}

function upsamplingCase(shape: BatchShape, method: 'bilinear' | 'nearest'): ConformanceCase {
  const [batch, height, width, channels] = shape;
  const out = [batch, 2 * height, 2 * width, channels];
  const up = (x: tf.Tensor) => upsample2x(x as tf.Tensor4D, { method });
  return {
    family: 'resample',
    name: `upsample2x, ${method}, of [${shape}] and its gradient`,
    kernels: [Upsample2x, Upsample2xGrad],
    inputs: () => [numbers(shape, 1), numbers(out, 2)],
    ...differentiated(up),
    expected: ({ values: x }, { values: dy }) => {
      const y: Tracked[][] = Array.from(dy, () => []);
      const dx: Tracked[][] = Array.from(x, () => []);
      for (let b = 0; b < batch; b++) {
        for (let row = 0; row < 2 * height; row++) {
          for (let column = 0; column < 2 * width; column++) {
            for (let i = 0; i < height; i++) {
              for (let j = 0; j < width; j++) {
                const weight = multiply(weightOf(method, row, i, height), weightOf(method, column, j, width));
                if (weight.value === 0 && weight.error === 0) continue;
                for (let c = 0; c < channels; c++) {
                  const from = ((b * height + i) * width + j) * channels + c;
                  const to = ((b * 2 * height + row) * 2 * width + column) * channels + c;
                  y[to]?.push(multiply(weight, exact(x[from] as number)));
                  dx[from]?.push(multiply(weight, exact(dy[to] as number)));
                }
              }
            }
          }
        }
      }
      return [expectedOf(out, (i) => sum(y[i] as Tracked[])), expectedOf(shape, (i) => sum(dx[i] as Tracked[]))];
    },
  };
}

/** Behind the channels of another image: what `upsample2x` gives, and those. */
function besideCase(shape: BatchShape, beside: number): ConformanceCase {
  const [batch, height, width, channels] = shape;
  const large = (count: number): BatchShape => [batch, 2 * height, 2 * width, count];
  const alone = upsamplingCase(shape, 'bilinear');
  return {
    family: 'resample',
    name: `${beside} channels, and beside them [${shape}] twice as large, and the gradients`,
    kernels: [Upsample2x, Upsample2xGrad],
    fused: [fusedKernels.upsampleBeside],
    inputs: () => [numbers(large(beside), 1), numbers(shape, 2), numbers(large(beside + channels), 3)],
    ...differentiated((skip, x) => upsampleBeside(skip as tf.Tensor4D, x as tf.Tensor4D, { method: 'bilinear' })),
    expected: (skip, x, dy) => {
      const all = beside + channels;
      const split = (first: number, count: number): Numbers => ({
        shape: large(count),
        values: Float64Array.from({ length: (dy.values.length / all) * count }, (_, i) => {
          return dy.values[Math.floor(i / count) * all + first + (i % count)] as number;
        }),
      });
      const [y, dx] = alone.expected(x, split(beside, channels)) as [Expected, Expected];
      return [
        expectedOf(large(all), (i) => {
          const [pixel, c] = [Math.floor(i / all), i % all];
          if (c < beside) return exact(skip.values[pixel * beside + c] as number);
          return y.values[pixel * channels + c - beside] as Tracked;
        }),
        exactly(large(beside), split(0, beside).values),
        dx,
      ];
    },
  };
}

/** The weight of row `i` of `size` in row `to` of twice as many; its position, computed in float32, is good to its size. */
function weightOf(method: 'bilinear' | 'nearest', to: number, i: number, size: number): Tracked {
  if (method === 'nearest') return exact(Math.floor(to / 2) === i ? 1 : 0);
  const position = (to * (size - 1)) / (2 * size - 1);
  const distance = Math.abs(position - i);
  const error = 4 * position;
  return { value: Math.max(0, 1 - distance), error: distance < 1 + error * 2 ** -22 ? error : 0 };
}

const methods = ['bilinear', 'nearest'] as const;

export const resampleCases: readonly ConformanceCase[] = [
  ...shapes.flatMap((shape) => [false, true].map((ties) => poolingCase(shape, ties))),
  ...shapes.map(averagingCase),
  ...methods.flatMap((method) =>
    [...shapes, [1, 1, 1, 3] as const, [2, 1, 3, 4] as const, [1, 9, 8, 2] as const].map((shape) =>
      upsamplingCase(shape, method),
    ),
  ),
  besideCase([2, 3, 5, 8], 4),
  besideCase([1, 4, 3, 6], 5),
];

export const drawnResampleCases: readonly ConformanceCase[] = draw(6, {
  batch: [1, 3],
  height: [2, 9],
  width: [2, 9],
  channels: [1, 9],
}).flatMap(({ batch, height, width, channels }) => {
  const shape: BatchShape = [batch, height, width, channels];
  return [poolingCase(shape, false), ...methods.map((method) => upsamplingCase(shape, method))];
});
