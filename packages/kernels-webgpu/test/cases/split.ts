import * as tf from '@tensorflow/tfjs';
import type { KernelCase } from './case';
import { values } from './values';

const splits: [shape: number[], sizes: number | number[], axis: number][] = [
  [[2, 5, 12], 3, 2],
  [[2, 3, 3, 9], [4, 5], 3],
  [[2, 3, 24], [4, 8, 12], -1],
  [[7, 3], [2, 5], 0],
  [[4, 12, 3], 6, 1],
];

export const splitCases: readonly KernelCase[] = [
  ...splits.map(([shape, sizes, axis]) => ({
    name: `[${shape}] split into ${sizes} along axis ${axis}`,
    kernels: ['SplitV'],
    compute: () => tf.split(values(shape, 1), sizes as number, axis),
  })),
  {
    name: 'integers, one part, more parts than a shader sees, and an empty part',
    kernels: ['SplitV'],
    capabilities: { storageBuffers: 8 },
    compute: () => [
      ...tf.split(tf.range(0, 24, 1, 'int32').reshape([2, 12]), 3, 1),
      ...tf.split(tf.range(0, 18, 1, 'int32').reshape([2, 9]), 3, 1),
      ...tf.split(values([2, 3], 1), 1, 1),
      ...tf.split(values([2, 16], 1), 8, 1),
      ...tf.split(values([2, 3], 1), [3, 0], 1),
    ],
  },
];
