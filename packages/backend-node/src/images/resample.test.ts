import sharp from 'sharp';
import { expect, test } from 'vitest';
import { fc } from '../../../../tests/properties';
import type { Pixels } from './pixels';
import { resample } from './resample';

const whole = (image: Pixels) => ({ top: 0, left: 0, height: image.height, width: image.width });
const row = (...bytes: number[]): Pixels => ({
  bytes: Uint8Array.from(bytes),
  height: 1,
  width: bytes.length,
  channels: 1,
});

test('half the size sees its neighbours with the weights of a triangle two pixels wide', () => {
  const image = row(0, 70, 140, 210);
  // weights 3/4, 3/4, 1/4 of the first three pixels, over 7/4; and the mirror image
  const [left, right] = resample(image, whole(image), [1, 2]);
  expect(left).toBe(50);
  expect(right).toBe(160);
});

test('twice the size is linear between the middles of pixels, and flat at the edges', () => {
  const image = row(0, 100);
  expect([...resample(image, whole(image), [1, 4])]).toEqual([0, 25, 75, 100]);
});

test('rows are treated like columns, and each channel by itself', () => {
  const bytes = Uint8Array.of(0, 9, 70, 9, 140, 9, 210, 9);
  const tall = resample({ bytes, height: 4, width: 1, channels: 2 }, { top: 0, left: 0, height: 4, width: 1 }, [2, 1]);
  const wide = resample({ bytes, height: 1, width: 4, channels: 2 }, { top: 0, left: 0, height: 1, width: 4 }, [1, 2]);
  expect([...tall]).toEqual([...wide]);
  expect([...tall]).toEqual([50, 9, 160, 9]);
});

test('a part at its own size is that part', () => {
  fc.assert(
    fc.property(
      fc.nat(4),
      fc.nat(4),
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 1, max: 5 }),
      (top, left, h, w) => {
        const image: Pixels = {
          bytes: Uint8Array.from({ length: 300 }, (_, i) => (i * 37) % 256),
          height: 10,
          width: 10,
          channels: 3,
        };
        const part = resample(image, { top, left, height: h, width: w }, [h, w]);
        const expected = Array.from({ length: h }, (_, y) => {
          const start = ((top + y) * 10 + left) * 3;
          return [...image.bytes.subarray(start, start + w * 3)];
        });
        expect([...part]).toEqual(expected.flat());
      },
    ),
  );
});

test('what lies outside the part has no influence, and even areas stay even', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 20 }), (height, width) => {
      const inside = (i: number) => Math.floor(i / 12) >= 3 && Math.floor(i / 12) < 9 && i % 12 >= 2 && i % 12 < 9;
      const image: Pixels = {
        bytes: Uint8Array.from({ length: 144 }, (_, i) => (inside(i) ? 100 : 255)),
        height: 12,
        width: 12,
        channels: 1,
      };
      const values = resample(image, { top: 3, left: 2, height: 6, width: 7 }, [height, width]);
      expect(values.every((value) => value === 100)).toBe(true);
    }),
  );
});

test('libvips shrinks to the same picture', async () => {
  const image: Pixels = {
    bytes: Uint8Array.from({ length: 90 * 70 * 3 }, (_, i) => {
      const [x, y, c] = [Math.floor(i / 3) % 90, Math.floor(i / 270), i % 3];
      return 128 + 80 * Math.sin(x / 7 + c) * Math.cos(y / 5);
    }),
    height: 70,
    width: 90,
    channels: 3,
  };
  const theirs = await sharp(image.bytes, { raw: { width: 90, height: 70, channels: 3 } })
    .resize(63, 49, { fit: 'fill', kernel: 'linear' })
    .raw()
    .toBuffer();
  const ours = resample(image, whole(image), [49, 63]);
  // it rounds to bytes between the two passes and uses weights of limited precision
  expect(Math.max(...Array.from(ours, (value, i) => Math.abs(value - theirs[i])))).toBeLessThan(2);
});
