import * as tf from '@tensorflow/tfjs-core';
import { type ConformanceCase, draw, exactIntegers, exactly, expectedOf, numbers } from './conformance-case';
import { indicesOf, placeOf, sizeOf } from './places';
import { divide, exact, sumsAt } from './tracked';

const family = 'sum';

/** Axes that are all, first, last, in between, of size 1, apart; sums longer than a block of any kind. */
const reductions: readonly (readonly [shape: readonly number[], axes: readonly number[]])[] = [
  [[1], [0]],
  [
    [2, 5, 7, 3],
    [1, 2],
  ],
  [
    [3, 8, 8, 12],
    [1, 2],
  ],
  [
    [2, 40, 40, 4],
    [1, 2],
  ],
  [
    [1, 9, 9, 260],
    [0, 1, 2],
  ],
  [[2000, 6], [0]],
  [
    [3, 5, 5, 5],
    [1, 2, 3],
  ],
  [
    [2, 30, 30, 4],
    [1, 2, 3],
  ],
  [[20_003], [0]],
  [
    [300, 301],
    [0, 1],
  ],
  [[4, 1, 1, 70], [3]],
  [[30, 4], [1]],
  [[7, 3], [1]],
  [[5, 6, 8], [1]],
  [[3, 5, 257], [1]],
  [[3, 5, 257], [2]],
  [[3, 300, 1, 2], [1]],
  [[3, 1], [1]],
  [
    [3, 4, 5],
    [0, 2],
  ],
];

function sumCase(shape: readonly number[], axes: readonly number[], keepDims: boolean): ConformanceCase {
  const kept = shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
  const count = sizeOf(axes.map((axis) => shape[axis] as number));
  return {
    family,
    name: `sum and mean of [${shape}] over axes ${axes}${keepDims ? ', which stay' : ''}`,
    kernels: ['Sum', 'Mean'],
    inputs: () => [numbers(shape, 1)],
    run: (x) => [tf.sum(x, [...axes], keepDims), tf.mean(x, [...axes], keepDims)],
    expected: ({ values }) => {
      const sums = sumsAt(sizeOf(kept));
      values.forEach((value, i) => void sums.put(placeOf(indicesOf(i, shape), kept), value));
      const out = keepDims ? kept : shape.filter((_, axis) => !axes.includes(axis));
      return [expectedOf(out, sums.at), expectedOf(out, (i) => divide(sums.at(i), exact(count)))];
    },
  };
}

const others: readonly ConformanceCase[] = [
  {
    family,
    name: 'of integers, and of a number that is none',
    kernels: ['Sum'],
    inputs: () => [
      { shape: [100], values: Float32Array.from({ length: 100 }, (_, i) => i) },
      { shape: [101], values: Float32Array.from({ length: 101 }, (_, i) => (i === 70 ? Number.NaN : i)) },
    ],
    run: (x, wild) => [tf.sum(tf.cast(x, 'int32')), tf.sum(wild)],
    expected: () => [exactIntegers([], [4950]), exactly([], [Number.NaN])],
  },
];

export const sumCases: readonly ConformanceCase[] = [
  ...reductions.map(([shape, axes], i) => sumCase(shape, axes, i % 2 === 1)),
  ...others,
];

const runs = [[0], [1], [2], [0, 1], [1, 2], [0, 1, 2]];

export const drawnSumCases: readonly ConformanceCase[] = draw(12, {
  a: [1, 20],
  b: [1, 20],
  c: [1, 20],
  run: [0, 5],
  keep: [0, 1],
}).map(({ a, b, c, run, keep }) => sumCase([a, b, c], runs[run] as number[], keep === 1));
