import { describe, expect, it } from 'vitest';
import { densityCoverage, precisionRecall } from './manifolds';
import { createRandom } from './random';

const line = (...data: number[]) => ({ data, dimensions: 1 });
const normals = (seed: number, count: number) => {
  const random = createRandom(seed);
  return { data: Float64Array.from({ length: count * 2 }, () => random.normal()), dimensions: 2 };
};

describe('precision and recall', () => {
  it('are shares that can be counted by hand', () => {
    // Radii with k = 1: real 0, 1, 3 → 1, 1, 2: they cover [−1, 5]. Generated 4, 5, 9, 10 → 1 each: [3, 6] and [8, 11].
    const [real, generated] = [line(0, 1, 3), line(4, 5, 9, 10)];
    expect(precisionRecall(real, generated, { neighbours: 1 })).toEqual({ precision: 2 / 4, recall: 1 / 3 });
  });

  it('swap when the sets do', () => {
    const [a, b] = [normals(1, 30), normals(2, 25)];
    const { precision, recall } = precisionRecall(a, b);
    expect(precisionRecall(b, a)).toEqual({ precision: recall, recall: precision });
  });

  it('are 1 for a set and itself, 0 for sets far apart', () => {
    const set = normals(3, 20);
    const far = { ...set, data: set.data.map((value) => value + 100) };
    expect(precisionRecall(set, set)).toEqual({ precision: 1, recall: 1 });
    expect(precisionRecall(set, far)).toEqual({ precision: 0, recall: 0 });
    expect(densityCoverage(set, far)).toEqual({ density: 0, coverage: 0 });
  });

  it('tell missing kinds (recall) from bad pictures (precision)', () => {
    const both = line(0, 0.1, 0.2, 0.3, 10, 10.1, 10.2, 10.3);
    const oneKind = line(0.05, 0.12, 0.21, 0.28, 0.03, 0.14, 0.22, 0.27);
    expect(precisionRecall(both, oneKind, { neighbours: 2 })).toEqual({ precision: 1, recall: 0.5 });
    expect(precisionRecall(oneKind, both, { neighbours: 2 })).toEqual({ precision: 0.5, recall: 1 });
    expect(densityCoverage(both, oneKind, { neighbours: 2 }).coverage).toBe(0.5);
  });

  it('duplicates have balls of radius 0, which hold what is just there', () => {
    expect(precisionRecall(line(1, 1, 1), line(1, 1, 2), { neighbours: 1 })).toEqual({ precision: 2 / 3, recall: 1 });
  });
});

describe('density and coverage', () => {
  it('are counts by hand', () => {
    // The balls of 0, 1, 3 with k = 1: [−1, 1], [0, 2], [1, 5]. 0.5 lies in two, 4 in one, 9 in none.
    const got = densityCoverage(line(0, 1, 3), line(0.5, 4, 9), { neighbours: 1 });
    expect(got).toEqual({ density: 3 / 3, coverage: 1 });
  });

  it('have known expectations where both sets come from one distribution', () => {
    // Among the N distances from a real sample to the other real ones and one generated, the generated one's rank is
    // uniform: E density = 1. Of N generated ones none is among the k nearest with Π (N − j)/(2N − j), j = 1 … k.
    const n = 30;
    const expectedCoverage = 1 - [1, 2, 3, 4, 5].reduce((product, j) => (product * (n - j)) / (2 * n - j), 1);
    const results = Array.from({ length: 60 }, (_, i) => densityCoverage(normals(2 * i, n), normals(2 * i + 1, n)));
    const expectMean = (values: number[], expected: number) => {
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
      expect(Math.abs(mean - expected)).toBeLessThan((4 * deviation) / Math.sqrt(values.length));
    };
    expectMean(
      results.map(({ density }) => density),
      1,
    );
    expectMean(
      results.map(({ coverage }) => coverage),
      expectedCoverage,
    );
  });
});

it('too few samples and bad numbers of neighbours are told', () => {
  expect(() => precisionRecall(line(1, 2, 3), line(1, 2, 3))).toThrow(/3 neighbours .* at least 4 .* has 3; give more/);
  expect(() => densityCoverage(line(1, 2), line(1, 2), { neighbours: 1.5 })).toThrow(
    /neighbours must be a whole number/,
  );
});
