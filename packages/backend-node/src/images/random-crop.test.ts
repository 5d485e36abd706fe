import { expect, test } from 'vitest';
import { fc } from '../../../../tests/properties';
import { randomCrop } from './random-crop';

const draw = (image: { height: number; width: number }, index: number, more = {}) =>
  randomCrop(image, { seed: 7, epoch: 0, index, aspect: 1, ...more });

test('the crop is a function of seed, epoch and index', () => {
  const image = { height: 80, width: 80 };
  expect(draw(image, 3)).toEqual(draw(image, 3));
  const crops = [draw(image, 3), draw(image, 4), draw(image, 3, { epoch: 1 }), draw(image, 3, { seed: 8 })];
  expect(new Set(crops.map((crop) => JSON.stringify(crop))).size).toBe(4);
});

test('every crop lies within the image', () => {
  const side = fc.integer({ min: 1, max: 200 });
  fc.assert(
    fc.property(side, side, fc.nat(1000), fc.constantFrom(0.5, 1, 2), (height, width, index, aspect) => {
      const box = draw({ height, width }, index, { aspect });
      expect(Math.min(box.top, box.left)).toBeGreaterThanOrEqual(0);
      expect(Math.min(box.height, box.width)).toBeGreaterThanOrEqual(1);
      expect(box.top + box.height).toBeLessThanOrEqual(height);
      expect(box.left + box.width).toBeLessThanOrEqual(width);
    }),
  );
});

test('area, shape and place have the original’s ranges, and fill them', () => {
  const crops = Array.from({ length: 2000 }, (_, index) => draw({ height: 80, width: 100 }, index));
  const areas = crops.map(({ height, width }) => (height * width) / 8000);
  const ratios = crops.map(({ height, width }) => width / height);
  const rounding = 1.02; // sides are whole pixels: half a pixel of 60 on each
  expect(Math.min(...areas)).toBeGreaterThan(0.8 / rounding);
  expect(Math.min(...areas)).toBeLessThan(0.81);
  expect(Math.max(...areas)).toBeLessThanOrEqual(1);
  expect(Math.max(...areas)).toBeGreaterThan(0.97);
  expect(Math.min(...ratios)).toBeGreaterThan(0.75 / rounding);
  expect(Math.max(...ratios)).toBeLessThan((4 / 3) * rounding);
  expect(crops.some(({ left }) => left === 0)).toBe(true);
  expect(crops.some(({ left, width }) => left > 0 && left + width === 100)).toBe(true);
  const middle = crops.reduce((sum, { left, width }) => sum + left + width / 2, 0) / crops.length;
  expect(Math.abs(middle - 50)).toBeLessThan(1); // its standard error is below 0.2
});

test('an image too long for any crop gives its middle', () => {
  expect(draw({ height: 60, width: 300 }, 0)).toEqual({ top: 0, left: 110, height: 60, width: 80 });
  expect(draw({ height: 300, width: 60 }, 0)).toEqual({ top: 110, left: 0, height: 80, width: 60 });
});
