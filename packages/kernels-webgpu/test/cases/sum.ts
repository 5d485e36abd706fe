import * as tf from '@tensorflow/tfjs';
import type { KernelCase } from './case';
import { values } from './values';

const reductions: [shape: number[], axes: number[]][] = [
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
  [[100_003], [0]],
  [
    [300, 301],
    [0, 1],
  ],
  [[4, 1, 1, 70], [3]],
  [[30, 4], [1]],
  [[7, 3], [1]],
  [[5, 6, 8], [1]],
  [
    [2, 3, 5, 3],
    [1, 2],
  ],
  [[3, 5, 257], [2]],
  [[3, 300, 1, 2], [1]],
];

export const sumCases: readonly KernelCase[] = [
  ...reductions.flatMap(([shape, axes]) =>
    [false, true].map((keepDims) => ({
      name: `sum and mean of [${shape}] over axes ${axes}${keepDims ? ', which stay' : ''}`,
      kernels: ['Sum', 'Mean'],
      compute: () => [tf.sum(values(shape, 1), axes, keepDims), tf.mean(values(shape, 2), axes, keepDims)],
    })),
  ),
  {
    name: 'sums in workgroups of 32 invocations',
    kernels: ['Sum'],
    capabilities: { workgroupSize: 32 },
    compute: () => [tf.sum(values([3, 90, 140], 1), 1), tf.sum(values([2, 3001], 1), 1)],
  },
  {
    name: 'sums that are tfjs’s own: of axes apart, of integers, of one element',
    kernels: ['Sum'],
    compute: () => [
      tf.sum(values([3, 4, 5], 1), [0, 2]),
      tf.sum(tf.range(0, 100, 1, 'int32')),
      tf.sum(values([3, 1], 1), 1),
    ],
  },
  {
    name: 'a sum with a number that is none',
    kernels: ['Sum'],
    compute: () => tf.sum(tf.concat([values([100], 1), tf.tensor1d([Number.NaN])])),
  },
];
