import { expect, test } from 'vitest';
import { centred, pointSets, pointsOnInk } from './point-sets';

test.each(Object.entries(pointSets))('%s lies within the picture, about its middle', (_, { points }) => {
  const data = points();
  const mean = (axis: number) => data.reduce((sum, x, i) => sum + (i % 2 === axis ? x : 0), 0) / (data.length / 2);
  for (const x of data) expect(Math.abs(x)).toBeLessThan(2.2);
  expect(Math.hypot(mean(0), mean(1))).toBeLessThan(0.4);
});

test('ink is covered evenly, with at most as many points as are asked for', () => {
  const disc = { width: 100, height: 80, isInked: (x: number, y: number) => Math.hypot(x - 50, y - 40) < 30 };
  const points = pointsOnInk(disc, 200);
  expect(points.length).toBeLessThanOrEqual(200);
  expect(points.length).toBeGreaterThan(150);
  for (const [x, y] of points) expect(disc.isInked(Math.floor(x), Math.floor(y))).toBe(true);
  const right = points.filter(([x]) => x > 50).length;
  expect(Math.abs(right / points.length - 0.5)).toBeLessThan(0.06);
});

test('where nothing is inked there is no point', () => {
  expect(pointsOnInk({ width: 9, height: 9, isInked: () => false }, 50)).toEqual([]);
  expect(centred([], 2)).toHaveLength(0);
});

test('pixels are centred, y up', () => {
  expect(centred([[0, 0], [10, 5]], 2)).toEqual(Float64Array.of(-2, 1, 2, -1)); // biome-ignore format: pairs
});
