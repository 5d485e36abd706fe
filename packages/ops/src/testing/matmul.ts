import * as tf from '@tensorflow/tfjs-core';
import {
  type ConformanceCase,
  differentiated,
  draw,
  exactIntegers,
  exactly,
  expectedOf,
  type Numbers,
  numbers,
} from './conformance-case';
import { broadcast, indicesOf, placeOf, sizeOf } from './places';
import { sumsAt } from './tracked';

/** a [...outerA, m, k] times b [...outerB, k, n]. */
type Product = {
  readonly outerA: readonly number[];
  readonly outerB: readonly number[];
  readonly m: number;
  readonly n: number;
  readonly k: number;
};

const alike = (outer: readonly number[], m: number, n: number, k: number): Product => ({
  outerA: outer,
  outerB: outer,
  m,
  n,
  k,
});

/** Odd sizes, batches, a long inner sum, tiles that are not full. */
const inAllTranspositions: readonly Product[] = [
  alike([], 1, 1, 1),
  alike([1], 5, 3, 7),
  alike([3], 8, 12, 20),
  alike([], 33, 40, 700),
  alike([2, 3], 4, 5, 6),
];
/** One row, one column, longer sums: as they stand, and both transposed. */
const inTwo: readonly Product[] = [
  alike([2], 64, 17, 9),
  alike([1], 1, 70, 300),
  alike([1], 70, 1, 515),
  alike([], 7, 19, 1500),
];
/** Batches of which one or both are repeated; tfjs has no gradient for them. */
const ofBroadcasts: readonly (readonly [outerA: readonly number[], outerB: readonly number[]])[] = [
  [[4], [1]],
  [[1], [3]],
  [[], [2, 3]],
  [[2], []],
  [
    [2, 1],
    [1, 3],
  ],
];

type Transposition = { readonly transposeA: boolean; readonly transposeB: boolean };

/** Calls `use` with the places of every product of an element of a and one of b, and of the element of y it is added to. */
function forEachTerm(
  { outerA, outerB, m, n, k }: Product,
  { transposeA, transposeB }: Transposition,
  use: (a: number, b: number, y: number) => void,
): void {
  const outer = broadcast(outerA, outerB);
  for (let matrix = 0; matrix < sizeOf(outer); matrix++) {
    const indices = indicesOf(matrix, outer);
    const [startA, startB] = [placeOf(indices, outerA) * m * k, placeOf(indices, outerB) * k * n];
    for (let place = 0; place < m * n; place++) {
      const [row, column] = [Math.floor(place / n), place % n];
      for (let j = 0; j < k; j++) {
        const inA = transposeA ? j * m + row : row * k + j;
        const inB = transposeB ? column * k + j : j * n + column;
        use(startA + inA, startB + inB, matrix * m * n + place);
      }
    }
  }
}

/** Variant 1 transposes a, 2 b, 3 both. */
function variantCase(product: Product, variant: number): ConformanceCase {
  const transposition = { transposeA: variant % 2 === 1, transposeB: variant >= 2 };
  const { transposeA, transposeB } = transposition;
  const { outerA, outerB, m, n, k } = product;
  const a = [...outerA, ...(transposeA ? [k, m] : [m, k])];
  const b = [...outerB, ...(transposeB ? [n, k] : [k, n])];
  const y = [...broadcast(outerA, outerB), m, n];
  const isAlike = String(outerA) === String(outerB);
  const op = (...[x, w]: tf.Tensor[]) => tf.matMul(x as tf.Tensor, w as tf.Tensor, transposeA, transposeB);
  return {
    family: 'matrix product',
    name: `[${a}]${transposeA ? 'ᵀ' : ''} × [${b}]${transposeB ? 'ᵀ' : ''}${isAlike ? ' and its gradients' : ''}`,
    kernels: ['BatchMatMul'],
    inputs: () => [numbers(a, 1), numbers(b, 2), numbers(y, 3)],
    ...(isAlike ? differentiated(op) : { run: (...inputs) => op(...inputs) }),
    expected: ({ values: x }, { values: w }, { values: dy }) => {
      const [value, dx, dw] = [sumsAt(sizeOf(y)), sumsAt(sizeOf(a)), sumsAt(sizeOf(b))];
      forEachTerm(product, transposition, (i, j, o) => {
        value.put(o, (x[i] as number) * (w[j] as number));
        dx.put(i, (dy[o] as number) * (w[j] as number));
        dw.put(j, (dy[o] as number) * (x[i] as number));
      });
      const gradients = isAlike ? [expectedOf(a, dx.at), expectedOf(b, dw.at)] : [];
      return [expectedOf(y, value.at), ...gradients];
    },
  };
}

const family = 'matrix product';
const edges: readonly ConformanceCase[] = [
  {
    family,
    name: 'a sum over nothing is 0, nothing times a matrix is nothing',
    kernels: ['BatchMatMul'],
    inputs: () => [numbers([3, 0], 1), numbers([0, 5], 1), numbers([0, 3], 1), numbers([3, 5], 1)],
    run: (a, b, none, c) => [tf.matMul(a, b), tf.matMul(none, c)],
    expected: () => [exactly([3, 5], new Float32Array(15)), exactly([0, 5], [])],
  },
  {
    family,
    name: 'NaN and infinity stay in their rows and columns',
    kernels: ['BatchMatMul'],
    inputs: () => [
      { shape: [3, 2], values: Float32Array.of(1, Number.NaN, 3, 4, 5, 6) },
      { shape: [2, 3], values: Float32Array.of(1, 2, Number.POSITIVE_INFINITY, 4, 5, 6) },
    ],
    run: (a, b) => tf.matMul(a, b),
    expected: () => [
      exactly(
        [3, 3],
        [Number.NaN, Number.NaN, Number.NaN, 19, 26, Number.POSITIVE_INFINITY, 29, 40, Number.POSITIVE_INFINITY],
      ),
    ],
  },
  {
    family,
    name: 'the same matrix on both sides',
    kernels: ['BatchMatMul'],
    inputs: () => [numbers([9, 8], 1)],
    run: (x) => tf.matMul(x, x, false, true),
    expected: ({ values }: Numbers) => {
      const sums = sumsAt(81);
      for (let i = 0; i < 9 * 9 * 8; i++) {
        const [row, column, j] = indicesOf(i, [9, 9, 8]) as [number, number, number];
        sums.put(row * 9 + column, (values[row * 8 + j] as number) * (values[column * 8 + j] as number));
      }
      return [expectedOf([9, 9], sums.at)];
    },
  },
  {
    family,
    name: 'integers times floats',
    kernels: ['BatchMatMul'],
    inputs: () => [
      { shape: [2, 2], values: Float32Array.of(1, 2, 3, 4) },
      { shape: [2, 3], values: Float32Array.of(0.5, 1, 2, 3, 4, 5) },
    ],
    run: (a, b) => tf.matMul(tf.cast(a, 'int32'), b),
    expected: () => [exactly([2, 3], [6.5, 9, 12, 13.5, 19, 26])],
  },
  {
    family,
    name: 'integers times integers',
    kernels: ['BatchMatMul'],
    inputs: () => [
      { shape: [2, 2], values: Float32Array.of(1, 2, 3, 4) },
      { shape: [2, 3], values: Float32Array.of(1, 2, 3, 4, 5, 6) },
    ],
    run: (...inputs) => {
      const [a, b] = inputs.map((tensor) => tf.cast(tensor, 'int32')) as [tf.Tensor, tf.Tensor];
      return tf.matMul(a, b);
    },
    expected: () => [exactIntegers([2, 3], [9, 12, 15, 19, 26, 33])],
  },
];

export const matMulCases: readonly ConformanceCase[] = [
  ...inAllTranspositions.flatMap((product) => [0, 1, 2, 3].map((variant) => variantCase(product, variant))),
  ...inTwo.flatMap((product) => [0, 3].map((variant) => variantCase(product, variant))),
  ...ofBroadcasts.map(([outerA, outerB], i) => variantCase({ outerA, outerB, m: 3, n: 6, k: 4 }, i % 4)),
  ...edges,
];

export const drawnMatMulCases: readonly ConformanceCase[] = draw(16, {
  a: [1, 3],
  b: [1, 3],
  m: [1, 40],
  n: [1, 40],
  k: [1, 40],
  variant: [0, 3],
}).map(({ a, b, m, n, k, variant }) => {
  // Batches that fit: alike, or one of them repeated.
  const [outerA, outerB] = a === b || a === 1 || b === 1 ? [[a], [b]] : [[], []];
  return variantCase({ outerA, outerB, m, n, k }, variant);
});
