import { MetricsError } from './errors';
import { countVectors, type Vectors } from './vectors';

/** Mean [d] and covariance [d, d], row by row, of a distribution. */
export interface Gaussian {
  readonly mean: Float64Array;
  readonly covariance: Float64Array;
}

/** Mean and covariance of vectors that arrive in portions and need not be kept. */
export interface Statistics {
  readonly dimensions: number;
  readonly count: number;
  add(vectors: Vectors): void;
  /** Adds what another one has seen. */
  merge(other: Statistics): void;
  /** The sums so far: mean [d], and the lower triangle of Σ(x − mean)(x − mean)ᵀ [d, d]. Borrowed. */
  readonly moments: { readonly mean: Float64Array; readonly scatter: Float64Array };
  /**
   * Returns mean and unbiased covariance (divided by count − 1).
   *
   * @throws DenoiserError for fewer than two samples.
   */
  gaussian(): Gaussian;
}

/**
 * Creates a streaming mean and covariance. A portion's own mean is subtracted before its squares are summed, and portions are
 * joined by Chan, Golub and LeVeque 1983 (equation 2.1), Welford's rule where a portion is one vector: no difference of large
 * sums, so a mean far from 0 costs no digits.
 */
export function createStatistics(dimensions: number): Statistics {
  countVectors('statistics', { data: [], dimensions }, 0);
  const d = dimensions;
  const mean = new Float64Array(d);
  const scatter = new Float64Array(d * d);
  const delta = new Float64Array(d);
  let count = 0;

  const checkDimensions = (got: number) => {
    if (got === d) return;
    throw new MetricsError('shape-invalid', `The statistics are of ${d} dimensions, but the samples have ${got}.`);
  };
  /** Joins `n` samples of mean `otherMean`, whose scatter is in already. */
  const shift = (n: number, otherMean: Float64Array): void => {
    const total = count + n;
    const weight = (count * n) / total;
    for (let i = 0; i < d; i++) delta[i] = (otherMean[i] as number) - (mean[i] as number);
    for (let i = 0; i < d; i++) {
      const scaled = weight * (delta[i] as number);
      const at = i * d;
      for (let j = 0; j <= i; j++) scatter[at + j] = (scatter[at + j] as number) + scaled * (delta[j] as number);
      mean[i] = (mean[i] as number) + ((delta[i] as number) * n) / total;
    }
    count = total;
  };

  return {
    dimensions,
    get count() {
      return count;
    },
    moments: { mean, scatter },
    add(vectors) {
      checkDimensions(vectors.dimensions);
      const n = countVectors('samples', vectors, 0);
      if (n === 0) return;
      const { data } = vectors;
      const portionMean = new Float64Array(d);
      for (let i = 0; i < n * d; i++) portionMean[i % d] = (portionMean[i % d] as number) + (data[i] as number);
      for (let i = 0; i < d; i++) portionMean[i] = (portionMean[i] as number) / n;
      const centred = new Float64Array(d);
      for (let b = 0; b < n; b++) {
        for (let i = 0; i < d; i++) centred[i] = (data[b * d + i] as number) - (portionMean[i] as number);
        for (let i = 0; i < d; i++) {
          const value = centred[i] as number;
          const at = i * d;
          for (let j = 0; j <= i; j++) scatter[at + j] = (scatter[at + j] as number) + value * (centred[j] as number);
        }
      }
      shift(n, portionMean);
    },
    merge(other) {
      checkDimensions(other.dimensions);
      if (other.count === 0) return;
      const { mean: otherMean, scatter: otherScatter } = other.moments;
      const n = other.count;
      const copy = Float64Array.from(otherMean);
      for (let i = 0; i < scatter.length; i++) scatter[i] = (scatter[i] as number) + (otherScatter[i] as number);
      shift(n, copy);
    },
    gaussian() {
      if (count < 2) {
        const got = count === 1 ? 'there is 1' : 'there are none';
        throw new MetricsError('samples-too-few', `A covariance needs at least 2 samples, but ${got}; add more.`);
      }
      const covariance = new Float64Array(d * d);
      for (let i = 0; i < d; i++) {
        for (let j = 0; j <= i; j++) {
          const value = (scatter[i * d + j] as number) / (count - 1);
          covariance[i * d + j] = value;
          covariance[j * d + i] = value;
        }
      }
      return { mean: mean.slice(), covariance };
    },
  };
}

/**
 * Returns mean and unbiased covariance of samples [N, d].
 *
 * @throws DenoiserError for fewer than two samples, or a value that is not finite.
 */
export function gaussianOf(samples: Vectors): Gaussian {
  const statistics = createStatistics(samples.dimensions);
  statistics.add(samples);
  return statistics.gaussian();
}
