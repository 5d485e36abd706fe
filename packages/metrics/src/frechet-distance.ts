import { MetricsError } from './errors';
import { type Gaussian, gaussianOf } from './statistics';
import { symmetricEigen, symmetricEigenvalues } from './symmetric-eigen';
import { checkPair, type Vectors } from './vectors';

/**
 * Returns the squared Fréchet (2-Wasserstein) distance of two Gaussians (Dowson and Landau 1982):
 * ‖μ₁ − μ₂‖² + tr Σ₁ + tr Σ₂ − 2·tr (Σ₁Σ₂)^½.
 *
 * The trace of the root is Σ √λ(Σ₁^½·Σ₂·Σ₁^½): symmetric, so its eigenvalues are real and ≥ 0, and covariances without
 * full rank need no care. Directions in which Σ₁ vanishes to rounding are left out.
 *
 * @param a, b mean [d], covariance [d, d]
 * @throws DenoiserError if the shapes don't fit or a value is not finite.
 */
export function frechetDistance(a: Gaussian, b: Gaussian): number {
  const d = a.mean.length;
  checkShapes(a, b);
  let distance = 0;
  for (let i = 0; i < d; i++) {
    distance += ((a.mean[i] as number) - (b.mean[i] as number)) ** 2;
    distance += (a.covariance[i * d + i] as number) + (b.covariance[i * d + i] as number);
  }
  // What is below 0 is rounding.
  return Math.max(0, distance - 2 * traceOfRoot(between(rootRows(a.covariance, d), b.covariance, d)));
}

/** tr M^½ of a symmetric matrix without negative eigenvalues. */
function traceOfRoot(matrix: Float64Array): number {
  return symmetricEigenvalues(matrix).reduce((sum, value) => sum + Math.sqrt(Math.max(value, 0)), 0);
}

/**
 * Returns the FID (Heusel et al. 2017, arXiv:1706.08500, equation 6): the squared Fréchet distance of Gaussians with the mean and covariance
 * of the features. Lower is better. It is biased upwards for few samples, so compare only figures of equal numbers of
 * images and of the same features; the literature's are of 50,000 images and Inception's features.
 *
 * With fewer samples than dimensions, Σ = AᵀA of the N centred samples A needs no decomposition, and
 * A₁Σ₂A₁ᵀ = (A₁A₂ᵀ)(A₁A₂ᵀ)ᵀ is small: seconds instead of minutes for 2048 features.
 *
 * @param real, generated features [N, d], N ≥ 2 in each
 * @throws DenoiserError if there are fewer, the dimensions differ, or a value is not finite.
 */
export function frechetInceptionDistance(real: Vectors, generated: Vectors): number {
  const { reals, fakes } = checkPair(real, generated, 2);
  const d = real.dimensions;
  if (Math.max(reals, fakes) > d) return frechetDistance(gaussianOf(real), gaussianOf(generated));
  const [a, b] = [centred(real, reals), centred(generated, fakes)];
  let distance = 0;
  for (let i = 0; i < d; i++) distance += ((a.mean[i] as number) - (b.mean[i] as number)) ** 2;
  for (const { rows } of [a, b]) for (const value of rows) distance += value ** 2;
  const products = timesTransposed(a.rows, b.rows, d); // [N₁, N₂]
  return Math.max(0, distance - 2 * traceOfRoot(timesTransposed(products, products, fakes)));
}

/** The mean [d] and A = (x − mean)/√(N − 1) [N, d]: the unbiased covariance is AᵀA. */
function centred({ data, dimensions: d }: Vectors, n: number): { mean: Float64Array; rows: Float64Array } {
  const mean = new Float64Array(d);
  for (let i = 0; i < n * d; i++) mean[i % d] = (mean[i % d] as number) + (data[i] as number);
  for (let i = 0; i < d; i++) mean[i] = (mean[i] as number) / n;
  const rows = Float64Array.from(
    { length: n * d },
    (_, i) => ((data[i] as number) - (mean[i % d] as number)) / Math.sqrt(n - 1),
  );
  return { mean, rows };
}

/** X·Yᵀ of X [m, d] and Y [n, d]: [m, n]. */
function timesTransposed(x: Float64Array, y: Float64Array, d: number): Float64Array {
  const [m, n] = [x.length / d, y.length / d];
  const result = new Float64Array(m * n);
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let k = 0; k < d; k++) sum += (x[i * d + k] as number) * (y[j * d + k] as number);
      result[i * n + j] = sum;
    }
  }
  return result;
}

/** Rows √λ_k·v_k [r, d] of the eigenvectors with λ_k > 0: Σ = RᵀR, and RΣ₂Rᵀ has the eigenvalues of Σ^½Σ₂Σ^½. */
function rootRows(covariance: Float64Array, d: number): Float64Array {
  const { values, vectors } = symmetricEigen(covariance);
  const negligible = d * Number.EPSILON * Math.max(0, values[d - 1] ?? 0);
  const first = values.findIndex((value) => value > negligible);
  if (first < 0) return new Float64Array(0);
  const rows = vectors.slice(first * d);
  for (let i = 0; i < rows.length; i++) {
    rows[i] = (rows[i] as number) * Math.sqrt(values[first + Math.floor(i / d)] as number);
  }
  return rows;
}

/** R·Σ·Rᵀ of R [r, d] and a symmetric Σ [d, d]: [r, r]. */
function between(rows: Float64Array, covariance: Float64Array, d: number): Float64Array {
  return timesTransposed(timesTransposed(rows, covariance, d), rows, d);
}

function checkShapes(a: Gaussian, b: Gaussian): void {
  const d = a.mean.length;
  if (d > 0 && b.mean.length === d && a.covariance.length === d * d && b.covariance.length === d * d) return;
  const shapes = [a, b].map(({ mean, covariance }) => `${mean.length} and ${covariance.length}`).join(', ');
  throw new MetricsError(
    'shape-invalid',
    `Both Gaussians need a mean of d and a covariance of d×d values, but they have ${shapes}.`,
  );
}
