import { RandomNormal, randomNormal } from '@denoiser/ops';
import type { KernelCase } from './case';

/** The reference is float64, rounded: the tolerance is that of float32 functions on numbers up to 4. */
const tolerance = 1e-6;

export const randomNormalCases: readonly KernelCase[] = [
  {
    name: 'normals of images of 4 values and a multiple',
    kernels: [RandomNormal],
    tolerance,
    compute: () => randomNormal([3, 8, 8, 4], { seed: 7, step: 3, indices: [0, 1, 5] }),
  },
  {
    name: 'normals of images of an odd number of values',
    kernels: [RandomNormal],
    tolerance,
    compute: () => randomNormal([2, 5, 5, 3], { seed: 1, stream: 2, step: 0, indices: [9, 2] }),
  },
  {
    name: 'normals of the largest seed, step, stream and index',
    kernels: [RandomNormal],
    tolerance,
    compute: () =>
      randomNormal([2, 3], {
        seed: Number.MAX_SAFE_INTEGER,
        stream: 2 ** 32 - 1,
        step: 2 ** 32 - 1,
        indices: [2 ** 32 - 1, 2 ** 31],
      }),
  },
  {
    name: 'a hundred thousand normals',
    kernels: [RandomNormal],
    tolerance,
    compute: () => randomNormal([1, 100_000], { seed: 123_456_789_012, step: 1, indices: [0] }),
  },
];
