import { describe, expect, it } from 'vitest';
import { createRandom } from './random';
import { createStatistics, gaussianOf } from './statistics';

const random = createRandom(11);
const [n, d] = [60, 4];
const data = Float64Array.from({ length: n * d }, (_, i) => random.normal() * (1 + (i % d)) + (i % d === 2 ? 5 : 0));
const samples = { data, dimensions: d };

/** The definition, in two passes. */
function directly(values: Float64Array) {
  const count = values.length / d;
  const mean = Array.from(
    { length: d },
    (_, i) => values.reduce((sum, x, at) => sum + (at % d === i ? x : 0), 0) / count,
  );
  const covariance = Array.from({ length: d * d }, (_, at) => {
    let sum = 0;
    for (let b = 0; b < count; b++) {
      const [i, j] = [Math.floor(at / d), at % d];
      sum +=
        ((values[b * d + i] as number) - (mean[i] as number)) * ((values[b * d + j] as number) - (mean[j] as number));
    }
    return sum / (count - 1);
  });
  return { mean, covariance };
}

const expectClose = (got: Float64Array, wanted: readonly number[], relative: number) => {
  const scale = Math.max(...wanted.map(Math.abs));
  got.forEach((value, i) => {
    expect(Math.abs(value - (wanted[i] as number))).toBeLessThanOrEqual(relative * scale);
  });
};

describe('streaming mean and covariance', () => {
  it.each([1, 7, 60])('in portions of %i give what the definition gives', (portion) => {
    const statistics = createStatistics(d);
    for (let at = 0; at < data.length; at += portion * d) {
      statistics.add({ data: data.subarray(at, at + portion * d), dimensions: d });
    }
    const { mean, covariance } = statistics.gaussian();
    expect(statistics.count).toBe(n);
    expectClose(mean, directly(data).mean, 1e-14);
    expectClose(covariance, directly(data).covariance, 1e-14);
  });

  it('merge: two halves are the whole; an empty one changes nothing', () => {
    const [left, right] = [createStatistics(d), createStatistics(d)];
    left.add({ data: data.subarray(0, 20 * d), dimensions: d });
    right.add({ data: data.subarray(20 * d), dimensions: d });
    left.merge(right);
    left.merge(createStatistics(d));
    expectClose(left.gaussian().covariance, directly(data).covariance, 1e-14);
    left.merge(left);
    expect(left.count).toBe(2 * n);
    expectClose(left.gaussian().mean, directly(data).mean, 1e-14);
  });

  it('a mean of 10⁸ costs the covariance no more than its rounding in the samples', () => {
    const far = data.map((value) => value + 1e8);
    const exact = far.map((value) => value - 1e8); // what rounding left of them
    // Mean to 1e8·ε ≈ 1e-8 against a deviation of 1: naive sums of squares would lose everything (1e16·ε ≈ 2).
    expectClose(gaussianOf({ data: far, dimensions: d }).covariance, directly(exact).covariance, 1e-8);
  });

  it('refuses a covariance of one sample, and other dimensions', () => {
    expect(() => gaussianOf({ data: [1, 2], dimensions: 2 })).toThrow(/at least 2 samples, but there is 1/);
    expect(() => createStatistics(3).add(samples)).toThrow(/3 dimensions, but the samples have 4/);
  });
});
