import { describe, expect, it } from 'vitest';
import { fc } from '../../../tests/properties';
import { createRandom } from './random';
import { slicedWasserstein, wasserstein1d } from './sliced-wasserstein';

const normals = (seed: number, length: number) => {
  const random = createRandom(seed);
  return Float64Array.from({ length }, () => random.normal());
};
const numbers = fc.array(fc.double({ min: -100, max: 100, noNaN: true }), { minLength: 1, maxLength: 12 });

describe('the Wasserstein distance in one dimension', () => {
  it('of known points', () => {
    expect(wasserstein1d([0, 1, 3], [5, 6, 8])).toBeCloseTo(5, 14);
    expect(wasserstein1d([0], [0, 2])).toBeCloseTo(1, 14);
    expect(wasserstein1d([0], [0, 2], 2)).toBeCloseTo(Math.SQRT2, 14);
    // A quarter of the mass goes from 0 to 1 …: quantiles 0 0 0 0 1 1 against 0 0 0 1 1 1.
    expect(wasserstein1d([0, 0, 1], [0, 1])).toBeCloseTo(1 / 6, 14);
  });

  it('is 0 for the same set in any order, or repeated', () => {
    fc.assert(
      fc.property(numbers, fc.constantFrom(1 as const, 2 as const), (a, order) => {
        expect(wasserstein1d(a, [...a].reverse(), order)).toBe(0);
        expect(wasserstein1d(a, [...a, ...a, ...a], order)).toBe(0);
      }),
    );
  });

  it('is symmetric and keeps the triangle inequality', () => {
    fc.assert(
      fc.property(numbers, numbers, numbers, (a, b, c) => {
        expect(wasserstein1d(a, b)).toBeCloseTo(wasserstein1d(b, a), 10);
        expect(wasserstein1d(a, c)).toBeLessThanOrEqual(wasserstein1d(a, b) + wasserstein1d(b, c) + 1e-10);
      }),
    );
  });

  it('of Gaussians is √((μ₁ − μ₂)² + (σ₁ − σ₂)²) for p = 2', () => {
    const n = 20_000;
    const distance = wasserstein1d(
      normals(1, n),
      normals(2, n).map((value) => 3 * value + 2),
      2,
    );
    // Mean and deviation are known to about 3/√n each.
    expect(Math.abs(distance - Math.sqrt(4 + 4))).toBeLessThan((4 * 3) / Math.sqrt(n));
  });
});

describe('the sliced Wasserstein distance', () => {
  const set = { data: normals(3, 50 * 6), dimensions: 6 };

  it('in one dimension is the distance itself', () => {
    const [a, b] = [normals(4, 9), normals(5, 7)];
    for (const order of [1, 2] as const) {
      const sliced = slicedWasserstein(
        { data: a, dimensions: 1 },
        { data: b, dimensions: 1 },
        { order, projections: 3 },
      );
      expect(sliced).toBeCloseTo(wasserstein1d(a, b, order), 12);
    }
  });

  it('of a set shifted by v is ‖v‖/√d', () => {
    const v = [1, -2, 0, 0.5, 3, 1];
    const shifted = { data: set.data.map((value, i) => value + (v[i % 6] as number)), dimensions: 6 };
    const expected = Math.sqrt(v.reduce((sum, x) => sum + x * x, 0) / 6);
    // (v·θ)² has relative variance 2(d − 1)/(d + 2) = 1.25 over directions.
    const projections = 4000;
    const distance = slicedWasserstein(set, shifted, { projections });
    expect(Math.abs((distance / expected) ** 2 - 1)).toBeLessThan(4 * Math.sqrt(1.25 / projections));
  });

  it('is 0 for a set and its permutation; the seed decides the directions', () => {
    const reversed = { data: Float64Array.from(set.data), dimensions: 6 };
    for (let i = 0; i < 50; i++) reversed.data.set(set.data.subarray(i * 6, i * 6 + 6), (49 - i) * 6);
    expect(slicedWasserstein(set, reversed, { projections: 5 })).toBe(0);
    const other = { data: normals(6, 40 * 6), dimensions: 6 };
    const at = (seed: number) => slicedWasserstein(set, other, { projections: 20, seed });
    expect(at(1)).toBe(at(1));
    expect(at(1)).not.toBe(at(2));
    expect(at(2 ** 40 + 1)).not.toBe(at(1));
  });

  it('refuses empty sets and other orders', () => {
    expect(() => wasserstein1d([], [1])).toThrow(/the first set: at least 1 samples are needed, but there are 0/);
    expect(() => slicedWasserstein(set, set, { order: 3 as 2 })).toThrow(/order must be 1 or 2, not 3/);
    expect(() => slicedWasserstein(set, set, { projections: 0 })).toThrow(/projections must be/);
  });
});
