import { checkWhole, MetricsError } from './errors';
import { choose, createRandom } from './random';
import { checkPair, row, type Vectors } from './vectors';

/** Options of `kernelInceptionDistance`. */
export interface KernelDistanceOptions {
  /** How many subsets are drawn; default 100. */
  readonly subsets?: number;
  /** Samples of each set in a subset; default 1000, or all of the smaller set. */
  readonly subsetSize?: number;
  /** Seed of the choice of subsets; default 0. */
  readonly seed?: number;
  /** Degree of the polynomial kernel; default 3. */
  readonly degree?: number;
}

/** MMD² over the subsets: its mean, the deviation between them, and that divided by √subsets. */
export interface KernelDistance {
  readonly mean: number;
  readonly standardDeviation: number;
  readonly standardError: number;
}

/**
 * Returns the unbiased estimate of MMD² with the polynomial kernel k(x, y) = (xᵀy/d + 1)^degree (Gretton et al. 2012, equation 3;
 * Bińkowski et al. 2018, arXiv:1801.01401, equation 4). Its expectation is 0 where both come from one distribution, so it
 * may be negative.
 *
 * @param real, generated [N, d], N ≥ 2 in each
 * @throws DenoiserError if there are fewer, the dimensions differ, a value is not finite or `degree` is none.
 */
export function maximumMeanDiscrepancy(real: Vectors, generated: Vectors, options: { degree?: number } = {}): number {
  const { reals, fakes } = checkPair(real, generated, 2);
  const { degree = 3 } = options;
  checkWhole('degree', degree, 1);
  const all = (n: number) => Uint32Array.from({ length: n }, (_, i) => i);
  return discrepancy(real, generated, all(reals), all(fakes), degree);
}

/**
 * Returns the KID (Bińkowski et al. 2018, section 4): MMD² between random subsets of both sets, and how far it varies. Unlike
 * FID it has no bias in the number of images. Lower is better.
 *
 * @param real, generated features [N, d], N ≥ 2 in each
 * @throws DenoiserError if there are fewer, a subset is larger than the smaller set, the dimensions differ or a value is not
 *   finite.
 */
export function kernelInceptionDistance(
  real: Vectors,
  generated: Vectors,
  options: KernelDistanceOptions = {},
): KernelDistance {
  const { reals, fakes } = checkPair(real, generated, 2);
  const fewest = Math.min(reals, fakes);
  const { subsets = 100, subsetSize = Math.min(1000, fewest), seed = 0, degree = 3 } = options;
  checkWhole('subsets', subsets, 1);
  checkWhole('subsetSize', subsetSize, 2);
  checkWhole('degree', degree, 1);
  if (subsetSize > fewest) {
    throw new MetricsError(
      'samples-too-few',
      `Subsets of ${subsetSize} need as many samples, but the smaller set has ${fewest}; give more, or a smaller subsetSize.`,
    );
  }
  const random = createRandom(seed);
  const values = Array.from({ length: subsets }, () =>
    discrepancy(real, generated, choose(random, reals, subsetSize), choose(random, fakes, subsetSize), degree),
  );
  const mean = values.reduce((sum, value) => sum + value, 0) / subsets;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const standardDeviation = subsets > 1 ? Math.sqrt(squares / (subsets - 1)) : Number.NaN;
  return { mean, standardDeviation, standardError: standardDeviation / Math.sqrt(subsets) };
}

function discrepancy(x: Vectors, y: Vectors, xs: Uint32Array, ys: Uint32Array, degree: number): number {
  const xRows = Array.from(xs, (i) => row(x, i));
  const yRows = Array.from(ys, (i) => row(y, i));
  const [m, n] = [xRows.length, yRows.length];
  let across = 0;
  for (const a of xRows) for (const b of yRows) across += kernel(a, b, degree);
  return within(xRows, degree) + within(yRows, degree) - (2 * across) / (m * n);
}

/** The mean kernel between different samples. */
function within(rows: readonly ArrayLike<number>[], degree: number): number {
  let sum = 0;
  rows.forEach((a, i) => {
    for (let j = 0; j < i; j++) sum += kernel(a, rows[j] as ArrayLike<number>, degree);
  });
  return (2 * sum) / (rows.length * (rows.length - 1));
}

function kernel(a: ArrayLike<number>, b: ArrayLike<number>, degree: number): number {
  let product = 0;
  for (let k = 0; k < a.length; k++) product += (a[k] as number) * (b[k] as number);
  return (product / a.length + 1) ** degree;
}
