import { describe, expect, it } from 'vitest';
import { kernelInceptionDistance, maximumMeanDiscrepancy } from './kernel-distance';
import { createRandom } from './random';

const normals = (seed: number, count: number, dimensions: number, shift = 0) => {
  const random = createRandom(seed);
  return { data: Float32Array.from({ length: count * dimensions }, () => random.normal() + shift), dimensions };
};

describe('MMD²', () => {
  it('is the sum over all pairs that its definition has', () => {
    const [x, y] = [normals(1, 5, 3), normals(2, 4, 3, 0.5)];
    const k = (a: { data: Float32Array }, i: number, b: { data: Float32Array }, j: number) => {
      let product = 0;
      for (let c = 0; c < 3; c++) product += (a.data[3 * i + c] as number) * (b.data[3 * j + c] as number);
      return (product / 3 + 1) ** 3;
    };
    let [xx, yy, xy] = [0, 0, 0];
    for (let i = 0; i < 5; i++) for (let j = 0; j < 5; j++) if (i !== j) xx += k(x, i, x, j);
    for (let i = 0; i < 4; i++) for (let j = 0; j < 4; j++) if (i !== j) yy += k(y, i, y, j);
    for (let i = 0; i < 5; i++) for (let j = 0; j < 4; j++) xy += k(x, i, y, j);
    expect(maximumMeanDiscrepancy(x, y)).toBeCloseTo(xx / 20 + yy / 12 - (2 * xy) / 20, 12);
    // Subsets of everything are everything, in other orders.
    const whole = kernelInceptionDistance(y, y, { subsets: 3, subsetSize: 4 });
    expect(whole.mean).toBeCloseTo(maximumMeanDiscrepancy(y, y), 12);
    expect(whole.standardDeviation).toBeLessThan(1e-12);
  });

  it('with a linear kernel has the closed form ‖μ₁ − μ₂‖²/d less the variances over n', () => {
    // k = xᵀy/d + 1: the constants cancel. Σ_(i≠j) xᵢᵀxⱼ = n²‖m‖² − Σ‖xᵢ‖².
    const [x, y] = [
      { data: [1, 3], dimensions: 1 },
      { data: [0, 1, 5], dimensions: 1 },
    ];
    const expected = 3 + (0 + 0 + 5) / 3 - 2 * 2 * 2;
    expect(maximumMeanDiscrepancy(x, y, { degree: 1 })).toBeCloseTo(expected, 12);
  });

  it('has expectation 0 between sets of one distribution, and not between others', () => {
    const values = Array.from({ length: 200 }, (_, i) =>
      maximumMeanDiscrepancy(normals(2 * i + 1, 12, 2), normals(2 * i + 2, 12, 2)),
    );
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
    expect(Math.abs(mean)).toBeLessThan((4 * deviation) / Math.sqrt(values.length));
    expect(Math.min(...values)).toBeLessThan(0);
    expect(maximumMeanDiscrepancy(normals(1, 50, 2), normals(2, 50, 2, 1))).toBeGreaterThan(5 * deviation);
  });
});

describe('KID', () => {
  const [real, generated] = [normals(3, 40, 4), normals(4, 30, 4, 0.3)];
  const options = { subsets: 20, subsetSize: 15 };

  it('is decided by its seed, and lies near MMD² of everything', () => {
    const once = kernelInceptionDistance(real, generated, { ...options, seed: 5 });
    expect(kernelInceptionDistance(real, generated, { ...options, seed: 5 })).toEqual(once);
    expect(kernelInceptionDistance(real, generated, { ...options, seed: 6 }).mean).not.toBe(once.mean);
    expect(once.standardError).toBeCloseTo(once.standardDeviation / Math.sqrt(20), 12);
    expect(Math.abs(once.mean - maximumMeanDiscrepancy(real, generated))).toBeLessThan(5 * once.standardError);
  });

  it('refuses subsets that are larger than a set', () => {
    expect(() => kernelInceptionDistance(real, generated, { subsetSize: 31 })).toThrow(/Subsets of 31 .* has 30/);
    expect(() => kernelInceptionDistance(real, generated, { subsets: 0 })).toThrow(/subsets must be a whole number/);
    expect(() => kernelInceptionDistance(real, generated, { seed: -1 })).toThrow(/seed must be a whole number/);
  });
});
