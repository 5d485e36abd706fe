import { LinearCombination, linearCombination } from '@denoiser/ops';
import * as tf from '@tensorflow/tfjs';
import type { KernelCase } from './case';
import { values } from './values';

const many = (count: number, shape: number[]) => Array.from({ length: count }, (_, i) => values(shape, i));
const coefficients = (count: number) => Array.from({ length: count }, (_, i) => Math.cos(i + 0.3));

export const linearCombinationCases: readonly KernelCase[] = [
  ...[1, 2, 7, 8, 20].flatMap((count) =>
    [[2, 3, 3, 3], [8]].map((shape) => ({
      name: `a sum of ${count} tensors [${shape}]`,
      kernels: [LinearCombination],
      capabilities: { storageBuffers: 8 },
      compute: () => linearCombination(many(count, shape), coefficients(count)),
    })),
  ),
  ...[2, 9].map((count) => ({
    name: `a sum of ${count} tensors, clipped`,
    kernels: [LinearCombination],
    capabilities: { storageBuffers: 8 },
    compute: () => linearCombination(many(count, [5, 7]), coefficients(count), { clip: [-0.5, 0.25] }),
  })),
  {
    name: 'a sum in which a tensor comes twice, and one with coefficient 0 holds NaN',
    kernels: [LinearCombination],
    compute: () => {
      const x = values([6], 1);
      return linearCombination([x, x, tf.fill([6], Number.NaN)], [0.5, 0.25, 0]);
    },
  },
  {
    name: 'a sum of nothing but coefficients 0',
    kernels: [LinearCombination],
    compute: () => linearCombination([values([6], 1)], [0]),
  },
];
