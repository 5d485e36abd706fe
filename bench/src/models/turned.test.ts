import { expect, it } from 'vitest';
import { turned } from './turned';

const image = Float32Array.from({ length: 25 }, (_, i) => i % 5);

it('leaves an image as it is in the middle of its ranges', () => {
  expect(turned(image, [5, 5, 1], [0.5, 0.5, 0.5, 0.5])).toEqual(image);
});

it('moves an image by up to two pixels, with what its border has', () => {
  const moved = turned(image, [5, 5, 1], [1, 0.5, 0.5, 0.5]);
  expect(Array.from(moved.subarray(0, 5))).toEqual([2, 3, 4, 4, 4]);
});
