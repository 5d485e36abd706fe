import * as tf from '@tensorflow/tfjs';
import type { KernelCase } from './case';
import { values } from './values';

export const addNCases: readonly KernelCase[] = [
  [3, []],
  [40, [2, 3]],
  [9, [4]],
].map(([count, shape]) => ({
  name: `the sum of ${count} tensors of [${shape}]`,
  kernels: ['AddN'],
  capabilities: { storageBuffers: 8 },
  compute: () => tf.addN(Array.from({ length: count as number }, (_, i) => values(shape as number[], i))),
}));
