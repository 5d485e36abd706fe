import * as tf from '@tensorflow/tfjs';
import type { KernelCase } from './case';
import { values } from './values';

const kernels = ['BatchMatMul'];

/** Shapes of a and b, as they stand in memory, and whether they are transposed. */
const products: readonly [a: number[], b: number[], transposeA: boolean, transposeB: boolean][] = [
  [[1, 1], [1, 1], false, false],
  [[5, 7], [7, 3], false, false],
  [[8, 12], [12, 20], false, false],
  [[7, 5], [7, 9], true, false],
  [[33, 6], [35, 6], false, true],
  [[8, 36], [40, 8], true, true],
  [[3, 5, 7], [3, 7, 9], false, false],
  [[3, 8, 4], [3, 8, 8], true, true],
  [[4, 2, 6], [1, 6, 5], false, false],
  [[1, 2, 6], [3, 5, 6], false, true],
  [[6, 4], [2, 3, 4, 5], false, false],
  [[2, 4, 7], [4, 5], true, false],
];

/** Large enough for the largest tiles, for a split of the inner sum, for one row and one column. */
const sizes: readonly [m: number, n: number, k: number][] = [
  [1030, 510, 6],
  [512, 576, 8],
  [33, 40, 700],
  [64, 64, 515],
  [1, 70, 300],
  [70, 1, 1100],
  [300, 3, 20],
];

const activations = ['linear', 'relu', 'relu6', 'elu', 'sigmoid', 'leakyrelu'] as const;

export const matMulCases: readonly KernelCase[] = [
  ...products.map(([a, b, transposeA, transposeB]) => ({
    name: `[${a}]${transposeA ? 'ᵀ' : ''} × [${b}]${transposeB ? 'ᵀ' : ''}`,
    kernels,
    compute: () => tf.matMul(values(a, 1), values(b, 2), transposeA, transposeB),
  })),
  ...sizes.map(([m, n, k]) => ({
    name: `[${m}, ${k}] × [${k}, ${n}]`,
    kernels,
    compute: () => tf.matMul(values([m, k], 1), values([k, n], 2)),
  })),
  {
    name: 'both batches are broadcast',
    kernels,
    compute: () => {
      const [a, b] = [values([2, 1, 3, 4], 1), values([1, 3, 4, 5], 2)];
      // tfjs's cpu backend gets this wrong.
      return tf.getBackend() === 'cpu'
        ? tf.matMul(tf.tile(a, [1, 3, 1, 1]), tf.tile(b, [2, 1, 1, 1]))
        : tf.matMul(a, b);
    },
  },
  {
    name: 'the gradients of a product, transposed or not',
    kernels,
    compute: () =>
      [0, 1, 2, 3].flatMap((i) => {
        const [transposeA, transposeB] = [i % 2 === 1, i >= 2];
        const a = values(transposeA ? [6, 5] : [5, 6], 1);
        const b = values(transposeB ? [7, 6] : [6, 7], 2);
        return tf.grads((x, y) => tf.matMul(x as tf.Tensor, y as tf.Tensor, transposeA, transposeB))(
          [a, b],
          values([5, 7], 3),
        );
      }),
  },
  { name: 'a sum over nothing is 0', kernels, compute: () => tf.matMul(tf.zeros([3, 0]), tf.zeros([0, 5])) },
  { name: 'nothing times a matrix is nothing', kernels, compute: () => tf.matMul(tf.zeros([0, 3]), values([3, 5], 1)) },
  {
    name: 'NaN and infinity stay in their rows and columns',
    kernels,
    compute: () =>
      tf.matMul(tf.tensor2d([1, Number.NaN, 3, 4, 5, 6], [3, 2]), tf.tensor2d([1, 2, Infinity, 4, 5, 6], [2, 3])),
  },
  {
    name: 'the same matrix on both sides',
    kernels,
    compute: () => {
      const x = values([9, 8], 1);
      return tf.matMul(x, x, false, true);
    },
  },
  {
    name: 'integers times floats',
    kernels,
    compute: () => tf.matMul(tf.tensor2d([1, 2, 3, 4], [2, 2], 'int32'), values([2, 4], 1)),
  },
  {
    name: 'integers, by the kernel of tfjs',
    kernels,
    compute: () => tf.matMul(tf.ones([2, 3], 'int32'), tf.ones([3, 2], 'int32')),
  },
  ...activations.map((activation) => ({
    name: `${activation} of a product with a bias`,
    kernels: ['_FusedMatMul'],
    compute: () => {
      const [a, b, bias] = [values([5, 9], 1), values([9, 8], 2), values([8], 3)] as [
        tf.Tensor2D,
        tf.Tensor2D,
        tf.Tensor1D,
      ];
      return tf.fused.matMul({ a, b, bias, activation, leakyreluAlpha: 0.3 });
    },
  })),
  {
    name: 'prelu of a split product without a bias',
    kernels: ['_FusedMatMul'],
    compute: () => {
      const [a, b, slopes] = [values([5, 600], 1), values([7, 600], 2), values([7], 3)] as [
        tf.Tensor2D,
        tf.Tensor2D,
        tf.Tensor,
      ];
      return tf.fused.matMul({ a, b, transposeB: true, activation: 'prelu', preluActivationWeights: slopes });
    },
  },
  {
    name: 'a bias for each element, by the kernel of tfjs',
    kernels: ['_FusedMatMul'],
    compute: () => {
      const [a, b, bias] = [values([5, 6], 1), values([6, 7], 2), values([5, 7], 3)] as [
        tf.Tensor2D,
        tf.Tensor2D,
        tf.Tensor2D,
      ];
      return tf.fused.matMul({ a, b, bias, activation: 'relu' });
    },
  },
];
