import { expect, test } from 'vitest';
import { greyOf, luma } from './luma';
import { fromBytes, toBytes } from './to-bytes';

test('floats become bytes as in the original programs: clipped, then cut', () => {
  expect([...toBytes([-2, -1, 0, 0.5, 1, 7, Number.NaN])]).toEqual([0, 0, 127, 191, 255, 255, 0]);
});

test('every byte is got back from its own value in float32', () => {
  const bytes = Array.from({ length: 256 }, (_, i) => i);
  expect([...toBytes(fromBytes(bytes))]).toEqual(bytes);
  // As the page and the folder reader compute it, and as a tensor in float32 does.
  expect([...toBytes(bytes.map((byte) => Math.fround(Math.fround(byte / 127.5) - 1)))]).toEqual(bytes);
  expect([...toBytes(bytes.map((byte) => Math.fround(Math.fround(byte / 255) * 2 - 1)))]).toEqual(bytes);
});

test('just below a level is the level below', () => {
  expect([...toBytes([200 / 127.5 - 1 - 1e-4, 200 / 127.5 - 1 + 1e-4])]).toEqual([199, 200]);
});

test("grey is PIL's mode L", () => {
  // PIL.Image.new('RGB', (1, 1), colour).convert('L').getpixel((0, 0)), Pillow 13.0
  expect(luma(255, 0, 0)).toBe(76);
  expect(luma(0, 255, 0)).toBe(150);
  expect(luma(0, 0, 255)).toBe(29);
  expect(luma(12, 200, 99)).toBe(132);
  expect([...greyOf([255, 255, 255, 0, 0, 0])]).toEqual([255, 0]);
  expect([...greyOf([255, 0, 0, 255, 0, 0, 255, 255], 4)]).toEqual([76, 29]);
});
