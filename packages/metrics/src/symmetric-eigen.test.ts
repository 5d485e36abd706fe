import { describe, expect, it } from 'vitest';
import { createRandom } from './random';
import { symmetricEigen, symmetricEigenvalues } from './symmetric-eigen';

function randomSymmetric(n: number, seed: number, scale = 1): Float64Array {
  const random = createRandom(seed);
  const matrix = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) matrix[i * n + j] = matrix[j * n + i] = scale * random.normal();
  }
  return matrix;
}

describe('the eigen-decomposition of a symmetric matrix', () => {
  it.each([
    [1, 1],
    [2, 1],
    [3, 1e-150],
    [17, 1],
    [40, 1e150],
  ])('gives the matrix again and orthonormal vectors, n = %i, scale %d', (n, scale) => {
    const matrix = randomSymmetric(n, n, scale);
    const { values, vectors } = symmetricEigen(matrix);
    const tolerance = 50 * n * Number.EPSILON;
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        let [again, product] = [0, 0];
        for (let k = 0; k < n; k++) {
          again += (values[k] as number) * (vectors[k * n + i] as number) * (vectors[k * n + j] as number);
          product += (vectors[i * n + k] as number) * (vectors[j * n + k] as number);
        }
        expect(Math.abs(again - (matrix[i * n + j] as number))).toBeLessThan(tolerance * n * scale);
        expect(Math.abs(product - (i === j ? 1 : 0))).toBeLessThan(tolerance);
      }
    }
  });

  it('knows the second difference: 2 − 2 cos(kπ/(n + 1)), ascending, with or without vectors', () => {
    const n = 30;
    const matrix = Float64Array.from({ length: n * n }, (_, at) => {
      const distance = Math.abs(Math.floor(at / n) - (at % n));
      return distance === 0 ? 2 : distance === 1 ? -1 : 0;
    });
    const expected = Array.from({ length: n }, (_, k) => 2 - 2 * Math.cos(((k + 1) * Math.PI) / (n + 1)));
    for (const values of [symmetricEigenvalues(matrix), symmetricEigen(matrix).values]) {
      values.forEach((value, k) => {
        expect(value).toBeCloseTo(expected[k] as number, 12);
      });
    }
  });

  it('takes diagonal, zero and rank-one matrices, and multiple eigenvalues', () => {
    expect(Array.from(symmetricEigenvalues([3, 0, 0, 0, 1, 0, 0, 0, 2]))).toEqual([1, 2, 3]);
    expect(Array.from(symmetricEigenvalues(new Float64Array(16)))).toEqual([0, 0, 0, 0]);
    const ones = symmetricEigenvalues(new Float64Array(25).fill(1));
    for (const [k, value] of ones.entries()) expect(value).toBeCloseTo(k === 4 ? 5 : 0, 14);
  });

  it('refuses what is not square or not finite', () => {
    expect(() => symmetricEigen([1, 2, 3])).toThrow(/square, but there are 3/);
    expect(() => symmetricEigenvalues([Number.POSITIVE_INFINITY])).toThrow(/not finite/);
  });
});
