import { describe, expect, test } from 'vitest';
import { seededNormals } from '../forward/noise';
import { exactNoise, type Level, type Points, posteriorMeans } from './exact-denoiser';

const data: Points = Float64Array.of(1, 0, -1, 0.5, 0.25, -1.5);
const level: Level = { alpha: 0.6, sigma: 0.8 };
const places = seededNormals(5, 40);

/** log p(x) of the noisy data, a mixture of Gaussians, up to a constant; written down as it is. */
function logDensity(x: number, y: number, { alpha, sigma }: Level): number {
  let sum = 0;
  for (let k = 0; k < data.length; k += 2) {
    const squared = (x - alpha * (data[k] as number)) ** 2 + (y - alpha * (data[k + 1] as number)) ** 2;
    sum += Math.exp(-squared / (2 * sigma ** 2));
  }
  return Math.log(sum);
}

test('two points a and −a have the mean a·tanh(alpha·⟨x, a⟩ / sigma²)', () => {
  const pair = Float64Array.of(1, 2, -1, -2);
  const means = posteriorMeans(pair, places, level);
  for (let i = 0; i < places.length; i += 2) {
    const inner = (places[i] as number) + 2 * (places[i + 1] as number);
    const share = Math.tanh((level.alpha * inner) / level.sigma ** 2);
    expect(means[i]).toBeCloseTo(share, 12);
    expect(means[i + 1]).toBeCloseTo(2 * share, 12);
  }
});

test('one point is the answer everywhere', () => {
  expect(posteriorMeans(Float64Array.of(0.3, -0.7), [5, -9, 0, 0], level)).toEqual(
    Float64Array.of(0.3, -0.7, 0.3, -0.7),
  );
});

test('−ε̂/sigma is the gradient of log p', () => {
  const noise = exactNoise(data, places, level);
  const h = 1e-5;
  for (let i = 0; i < places.length; i += 2) {
    const [x, y] = [places[i] as number, places[i + 1] as number];
    const alongX = (logDensity(x + h, y, level) - logDensity(x - h, y, level)) / (2 * h);
    const alongY = (logDensity(x, y + h, level) - logDensity(x, y - h, level)) / (2 * h);
    // Central differences: errors of h² and of 2⁻⁵²/h.
    expect(-(noise[i] as number) / level.sigma).toBeCloseTo(alongX, 8);
    expect(-(noise[i + 1] as number) / level.sigma).toBeCloseTo(alongY, 8);
  }
});

describe('at the ends', () => {
  test('almost without noise it is the nearest point', () => {
    const means = posteriorMeans(data, [0.99, 0.02, -1.2, 0.4], { alpha: 1, sigma: 1e-3 });
    expect(means).toEqual(Float64Array.of(1, 0, -1, 0.5));
  });

  test('with noise alone it is the mean of all points', () => {
    const [x, y] = posteriorMeans(data, [1.3, -0.4], { alpha: 0, sigma: 1 });
    expect(x).toBeCloseTo(0.25 / 3, 14);
    expect(y).toBeCloseTo(-1 / 3, 14);
  });
});

test('the mean of E[x0 | x] over noisy data is the mean of the data', () => {
  const draws = 3000;
  const eps = seededNormals(9, 2 * draws * (data.length / 2));
  const x = eps.map((noise, i) => level.alpha * (data[i % data.length] as number) + level.sigma * noise);
  const means = posteriorMeans(data, x, level);
  const meanOf = (axis: number) =>
    means.reduce((sum, value, i) => sum + (i % 2 === axis ? value : 0), 0) / (means.length / 2);
  const error = 4 / Math.sqrt(3 * draws); // four standard errors of a deviation of 1
  expect(Math.abs(meanOf(0) - 0.25 / 3)).toBeLessThan(error);
  expect(Math.abs(meanOf(1) + 1 / 3)).toBeLessThan(error);
});
