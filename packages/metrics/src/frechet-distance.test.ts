import { describe, expect, it } from 'vitest';
import { fc } from '../../../tests/properties';
import { frechetDistance, frechetInceptionDistance } from './frechet-distance';
import { createRandom } from './random';
import { type Gaussian, gaussianOf } from './statistics';

const gaussian = (mean: number[], covariance: number[]): Gaussian => ({
  mean: Float64Array.from(mean),
  covariance: Float64Array.from(covariance),
});
const diagonal = (values: readonly number[]): number[] =>
  values.flatMap((value, i) => values.map((_, j) => (i === j ? value : 0)));
const normals = (seed: number, length: number) => {
  const random = createRandom(seed);
  return Float64Array.from({ length }, () => random.normal());
};
/** A·Aᵀ of A [d, r] with random entries: of rank r. */
const randomCovariance = (seed: number, d: number, r: number): number[] => {
  const a = normals(seed, d * r);
  return Array.from({ length: d * d }, (_, at) => {
    const [i, j] = [Math.floor(at / d), at % d];
    let sum = 0;
    for (let k = 0; k < r; k++) sum += (a[i * r + k] as number) * (a[j * r + k] as number);
    return sum;
  });
};

describe('the Fréchet distance of Gaussians', () => {
  it('is 0 between equal ones, of full rank or not', () => {
    for (const rank of [12, 5, 1]) {
      const one = gaussian(Array.from(normals(1, 12)), randomCovariance(2, 12, rank));
      // √ of eigenvalues that are rounding of ~12·ε·trace.
      expect(frechetDistance(one, one)).toBeLessThan(1e-6);
    }
  });

  it('is ‖μ₁ − μ₂‖² where the covariances are equal', () => {
    const covariance = randomCovariance(3, 4, 4);
    const distance = frechetDistance(gaussian([0, 0, 0, 0], covariance), gaussian([1, -2, 0, 2], covariance));
    expect(distance).toBeCloseTo(9, 10);
  });

  it('is (μ₁ − μ₂)² + (σ₁ − σ₂)² in one dimension', () => {
    fc.assert(
      fc.property(
        fc.tuple(...[-5, -5, 0, 0].map((min) => fc.double({ min, max: 5, noNaN: true }))),
        ([mean1, mean2, sigma1, sigma2]) => {
          const distance = frechetDistance(gaussian([mean1], [sigma1 ** 2]), gaussian([mean2], [sigma2 ** 2]));
          expect(distance).toBeCloseTo((mean1 - mean2) ** 2 + (sigma1 - sigma2) ** 2, 10);
        },
      ),
    );
  });

  it('is Σ (√λ − √κ)² where the covariances commute, rotated or not', () => {
    const [first, second] = [
      [4, 1, 0.25, 9],
      [1, 1, 4, 0],
    ];
    const expected = 1 + 0 + 2.25 + 9;
    const mean = [0, 0, 0, 0];
    expect(frechetDistance(gaussian(mean, diagonal(first)), gaussian(mean, diagonal(second)))).toBeCloseTo(
      expected,
      12,
    );
    // 1 − 2uuᵀ with u of length 1 turns both into the same other basis.
    const u = [0.5, 0.5, -0.5, 0.5];
    const turn = (values: number[]) => {
      const h = (i: number, j: number) => (i === j ? 1 : 0) - 2 * (u[i] as number) * (u[j] as number);
      return Array.from({ length: 16 }, (_, at) => {
        return values.reduce((sum, value, k) => sum + h(Math.floor(at / 4), k) * value * h(at % 4, k), 0);
      });
    };
    expect(frechetDistance(gaussian(mean, turn(first)), gaussian(mean, turn(second)))).toBeCloseTo(expected, 7);
  });

  it('is tr Σ₁ + tr Σ₂ − 2√(tr Σ₁Σ₂ + 2√det Σ₁Σ₂) in two dimensions, where they do not commute', () => {
    const [a, b] = [
      [2, 0.7, 0.7, 1],
      [1, -0.4, -0.4, 3],
    ] as const;
    const traceOfProduct = a[0] * b[0] + a[1] * b[2] + a[2] * b[1] + a[3] * b[3];
    const determinant = (a[0] * a[3] - a[1] ** 2) * (b[0] * b[3] - b[1] ** 2);
    const expected = a[0] + a[3] + b[0] + b[3] - 2 * Math.sqrt(traceOfProduct + 2 * Math.sqrt(determinant));
    expect(frechetDistance(gaussian([0, 0], [...a]), gaussian([0, 0], [...b]))).toBeCloseTo(expected, 12);
  });

  it('is tr Σ₁ + tr Σ₂ − 2√(vᵀΣ₂v) where Σ₁ = vvᵀ has rank one, whichever comes first', () => {
    const [v, full] = [normals(5, 6), randomCovariance(6, 6, 6)];
    const thin = Array.from({ length: 36 }, (_, at) => (v[Math.floor(at / 6)] as number) * (v[at % 6] as number));
    const trace = (matrix: number[]) => [0, 1, 2, 3, 4, 5].reduce((sum, i) => sum + (matrix[7 * i] as number), 0);
    const inner = full.reduce((sum, value, at) => sum + value * (thin[at] as number), 0);
    const expected = trace(thin) + trace(full) - 2 * Math.sqrt(inner);
    const mean = [0, 0, 0, 0, 0, 0];
    const [one, other] = [gaussian(mean, thin), gaussian(mean, full)];
    expect(frechetDistance(one, other)).toBeCloseTo(expected, 10);
    // The other way round the five vanishing eigenvalues are rounding, and enter by their roots.
    expect(frechetDistance(other, one)).toBeCloseTo(expected, 5);
  });

  it('needs shapes that fit', () => {
    expect(() => frechetDistance(gaussian([0], [1]), gaussian([0, 0], diagonal([1, 1])))).toThrow(
      /d×d values.*1 and 1/,
    );
    expect(() => frechetDistance(gaussian([0], [Number.NaN]), gaussian([0], [1]))).toThrow(/not finite/);
  });
});

describe('FID', () => {
  it('is the distance of the Gaussians with the samples’ mean and covariance', () => {
    const real = { data: normals(7, 50 * 3), dimensions: 3 };
    const generated = { data: normals(8, 40 * 3).map((value) => 2 * value + 1), dimensions: 3 };
    expect(frechetInceptionDistance(real, generated)).toBe(frechetDistance(gaussianOf(real), gaussianOf(generated)));
  });

  it('is the same by the short way for fewer samples than dimensions', () => {
    const real = { data: normals(10, 9 * 15), dimensions: 15 };
    const generated = { data: normals(11, 13 * 15).map((value) => 2 * value + 1), dimensions: 15 };
    const long = frechetDistance(gaussianOf(real), gaussianOf(generated));
    expect(frechetInceptionDistance(real, generated)).toBeCloseTo(long, 5);
    expect(frechetInceptionDistance(generated, real)).toBeCloseTo(long, 5);
  });

  it('works with fewer samples than dimensions, and is 0 for a set and itself', () => {
    const few = { data: normals(9, 5 * 20), dimensions: 20 };
    expect(frechetInceptionDistance(few, few)).toBeLessThan(1e-6);
    const shifted = { data: few.data.map((value) => value + 0.5), dimensions: 20 };
    expect(frechetInceptionDistance(few, shifted)).toBeCloseTo(20 * 0.25, 6);
  });

  it('refuses too few samples, other dimensions and NaN, each with a sentence', () => {
    const good = { data: normals(1, 8), dimensions: 2 };
    const refused: [data: ArrayLike<number>, dimensions: number, message: RegExp][] = [
      [[1, 2], 2, /generated: at least 2 samples are needed, but there is 1; give more\./],
      [[1, 2, 3], 2, /generated: 3 values are not a whole number of vectors of 2/],
      [[1, 2, 3, 4, 5, 6], 3, /Real samples have 2 dimensions, but generated ones 3/],
      [[1, 2, Number.NaN, 4], 2, /value 0 of sample 1 is NaN/],
      [[1, 2], 0, /dimensions must be a whole number/],
    ];
    for (const [data, dimensions, message] of refused) {
      expect(() => frechetInceptionDistance(good, { data, dimensions })).toThrow(message);
      expect(() => frechetInceptionDistance(good, { data, dimensions })).toThrow(
        expect.objectContaining({ isDenoiserError: true }),
      );
    }
  });
});
