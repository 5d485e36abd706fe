import { memoryDataset } from '@denoiser/trainer';
import { expect, it } from 'vitest';
import { median, nearestIn } from './neighbours';

it('finds the nearest images, nearest first, by the root mean square of pixels', async () => {
  const images = Float32Array.of(0, 0, 1, 1, -1, -1, 0.5, 0.5);
  const dataset = memoryDataset({ images, imageShape: [1, 2, 1] });
  const [nearest] = await nearestIn(dataset, Float32Array.of(0.75, 1), 2);
  expect(nearest?.indices).toEqual([1, 3]);
  expect(nearest?.distances[0]).toBeCloseTo(0.25 / Math.SQRT2, 12);
});

it('counts an image that is there twice once', async () => {
  const dataset = memoryDataset({ images: Float32Array.of(0, 1, 0, 1, 1, 1), imageShape: [1, 2, 1] });
  const [nearest] = await nearestIn(dataset, Float32Array.of(0, 0.5), 2);
  expect(nearest?.indices).toEqual([0, 2]);
});

it('takes the median of an odd and of an even number of values', () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 3, 2])).toBe(2.5);
});
