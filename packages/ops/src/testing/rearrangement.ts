import * as tf from '@tensorflow/tfjs-core';
import { type ConformanceCase, exactly, expectedOf, numbers, sizeOf } from './conformance-case';
import { divide, exact, sum, type Tracked } from './tracked';

/** Axes that stand together, as [outer, summed, inner]: all, leading, trailing, in between, longer than a block. */
const reductions: readonly (readonly [outer: number, summed: number, inner: number])[] = [
  [1, 1, 1],
  [1, 2000, 6],
  [2, 35, 3],
  [3, 125, 1],
  [1, 20_003, 1],
  [5, 6, 8],
  [3, 5, 257],
  [3, 300, 2],
];

const sums: ConformanceCase[] = reductions.map(([outer, summed, inner]) => ({
  family: 'sum',
  name: `sum and mean of [${[outer, summed, inner]}] over its second axis`,
  kernels: ['Sum', 'Mean'],
  inputs: () => [numbers([outer, summed, inner], 1)],
  run: (x) => [tf.sum(x, 1), tf.mean(x, 1, true)],
  expected: ({ values }) => {
    const at = (i: number): Tracked =>
      sum(
        Array.from({ length: summed }, (_, j) =>
          exact(values[(Math.floor(i / inner) * summed + j) * inner + (i % inner)] as number),
        ),
      );
    return [expectedOf([outer, inner], at), expectedOf([outer, 1, inner], (i) => divide(at(i), exact(summed)))];
  },
}));

const splits: ConformanceCase[] = (
  [
    [[2, 5, 12], [4, 4, 4], 2],
    [[2, 3, 3, 9], [4, 5], 3],
    [[7, 3], [2, 5], 0],
    [[4, 12, 3], [2, 2, 2, 2, 2, 2], 1],
  ] as const
).map(([shape, sizes, axis]) => ({
  family: 'split',
  name: `[${shape}] into ${sizes} along axis ${axis}`,
  kernels: ['SplitV'],
  inputs: () => [numbers(shape, 1)],
  run: (x) => tf.split(x, [...sizes], axis),
  expected: ({ values }) => {
    const inner = sizeOf(shape.slice(axis + 1));
    const row = inner * (shape[axis] as number);
    let start = 0;
    return sizes.map((size) => {
      const from = start;
      start += size * inner;
      const part = Array.from(values).filter((_, i) => i % row >= from && i % row < from + size * inner);
      return exactly([...shape.slice(0, axis), size, ...shape.slice(axis + 1)], part);
    });
  },
}));

export const rearrangementCases: readonly ConformanceCase[] = [...sums, ...splits];
