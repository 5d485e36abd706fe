import * as tf from '@tensorflow/tfjs-core';
import { type ConformanceCase, expectedOf, numbers } from './conformance-case';
import { dot } from './tracked';

/** [batch, m, n, k]: one row, one column, odd sizes, long inner sums, tiles that are not full. */
const sizes = [
  [1, 1, 1, 1],
  [1, 5, 3, 7],
  [3, 8, 12, 20],
  [1, 33, 40, 700],
  [2, 64, 17, 9],
  [1, 1, 70, 300],
  [1, 70, 1, 515],
] as const;

export const matMulCases: readonly ConformanceCase[] = sizes.flatMap(([batch, m, n, k]) =>
  [0, 1, 2, 3].map((variant) => {
    const [tA, tB] = [variant % 2 === 1, variant >= 2];
    const [shapeA, shapeB] = [
      [batch, ...(tA ? [k, m] : [m, k])],
      [batch, ...(tB ? [n, k] : [k, n])],
    ];
    const op = (a: tf.Tensor, b: tf.Tensor) => tf.matMul(a, b, tA, tB);
    const atA = (i: number, row: number, j: number) => i * m * k + (tA ? j * m + row : row * k + j);
    const atB = (i: number, j: number, column: number) => i * k * n + (tB ? column * k + j : j * n + column);
    return {
      family: 'matrix product',
      name: `[${shapeA}]${tA ? 'ᵀ' : ''} × [${shapeB}]${tB ? 'ᵀ' : ''} and its gradients`,
      kernels: ['BatchMatMul'],
      inputs: () => [numbers(shapeA, 1), numbers(shapeB, 2), numbers([batch, m, n], 3)],
      run: (a, b, dy) => [op(a, b), ...tf.grads(op)([a, b], dy)],
      expected: ({ values: a }, { values: b }, { values: dy }) => [
        expectedOf([batch, m, n], (at) => {
          const [i, row, column] = [Math.floor(at / m / n), Math.floor(at / n) % m, at % n];
          return dot(
            k,
            (j) => a[atA(i, row, j)] as number,
            (j) => b[atB(i, j, column)] as number,
          );
        }),
        expectedOf(shapeA, (at) => {
          const [i, inner] = [Math.floor(at / m / k), at % (m * k)];
          const [row, j] = tA ? [inner % m, Math.floor(inner / m)] : [Math.floor(inner / k), inner % k];
          return dot(
            n,
            (column) => dy[(i * m + row) * n + column] as number,
            (column) => b[atB(i, j, column)] as number,
          );
        }),
        expectedOf(shapeB, (at) => {
          const [i, inner] = [Math.floor(at / n / k), at % (n * k)];
          const [j, column] = tB ? [inner % k, Math.floor(inner / k)] : [Math.floor(inner / n), inner % n];
          return dot(
            m,
            (row) => dy[(i * m + row) * n + column] as number,
            (row) => a[atA(i, row, j)] as number,
          );
        }),
      ],
    };
  }),
);
