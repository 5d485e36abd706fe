import { expect, test } from 'vitest';
import type { Picture } from '../pictures/picture';
import { diffuse } from './diffuse';
import { seededNormals } from './noise';
import { noiseSchedule } from './noise-schedules';

const moments = (values: Float32Array) => {
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
  const variance = values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length;
  return { mean, variance };
};

test('the noise of a seed is standard normal, always the same, and another seed has another', () => {
  const count = 20_000;
  const noise = seededNormals(3, count);
  const { mean, variance } = moments(noise);
  expect(Math.abs(mean)).toBeLessThan(4 / Math.sqrt(count)); // four standard errors
  expect(Math.abs(variance - 1)).toBeLessThan(4 * Math.sqrt(2 / count));
  expect(seededNormals(3, count)).toEqual(noise);
  const other = seededNormals(4, count);
  const correlation = noise.reduce((sum, x, i) => sum + x * (other[i] as number), 0) / count;
  expect(Math.abs(correlation)).toBeLessThan(4 / Math.sqrt(count));
});

test('an odd count of normals is the beginning of a longer row', () => {
  expect(seededNormals(1, 5)).toEqual(seededNormals(1, 8).subarray(0, 5));
});

test('a picture keeps its variance if it has 1, and with zero terminal SNR ends as the noise itself', () => {
  const count = 20_000;
  const x0: Picture = { height: 1, width: count, channels: 1, pixels: seededNormals(7, count) };
  const eps = seededNormals(8, count);
  for (const t of [100, 500, 900]) {
    const { variance } = moments(diffuse(noiseSchedule('linear', false), t, x0, eps).pixels);
    expect(Math.abs(variance - 1)).toBeLessThan(0.06);
  }
  expect(diffuse(noiseSchedule('cosine', true), 999, x0, eps).pixels).toEqual(eps);
});
