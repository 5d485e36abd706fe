import { join } from 'node:path';
import { expect, test } from 'vitest';
import { folderOf } from '../../test/pictures';
import { readBmp } from './bmp';
import { decode } from './decode';

const u16 = (...values: number[]) => Buffer.from(Uint16Array.from(values).buffer);
const u32 = (...values: number[]) => Buffer.from(Uint32Array.from(values).buffer);

type Bmp = {
  width: number;
  height: number;
  bits: number;
  /** Rows as they stand in the file. */
  data: Buffer;
  compression?: number;
  masks?: number[];
  palette?: Buffer;
  header?: number;
};

function bmpOf({
  width,
  height,
  bits,
  data,
  compression = 0,
  masks = [],
  palette = Buffer.alloc(0),
  header = 40,
}: Bmp): Buffer {
  const info =
    header === 12
      ? Buffer.concat([u32(12), u16(width, height, 1, bits)])
      : Buffer.concat([
          u32(header),
          Buffer.from(Int32Array.of(width, height).buffer),
          ...[
            u16(1, bits),
            u32(compression, data.length, 0, 0, header === 40 ? palette.length / 4 : 0, 0),
            u32(...masks),
          ],
          Buffer.alloc(Math.max(0, header - 40 - 4 * masks.length)),
        ]);
  const start = 14 + info.length + palette.length;
  return Buffer.concat([Buffer.from('BM'), u32(start + data.length, 0, start), info, palette, data]);
}

const [red, green, blue, white] = [[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 255]]; // biome-ignore format: short
/** 2×2: red and green above, blue and white below. */
const expected = [...red, ...green, ...blue, ...white];
const bgr = (...colours: number[][]) => Buffer.from(colours.flatMap(([r, g, b]) => [b, g, r]));
const bgrx = (...colours: number[][]) => Buffer.from(colours.flatMap(([r, g, b]) => [b, g, r, 0]));
const pad = Buffer.alloc(2);
const size = { width: 2, height: 2 };
const upright = Buffer.concat([bgr(blue, white), pad, bgr(red, green), pad]);
const palette = bgrx(red, green, blue, white);

test.each<[string, Bmp]>([
  ['24 bits', { ...size, bits: 24, data: upright }],
  [
    '24 bits, from the top',
    { width: 2, height: -2, bits: 24, data: Buffer.concat([bgr(red, green), pad, bgr(blue, white), pad]) },
  ],
  ['24 bits with the header of OS/2', { ...size, bits: 24, data: upright, header: 12 }],
  ['32 bits', { ...size, bits: 32, data: bgrx(blue, white, red, green) }],
  ['32 bits with a long header', { ...size, bits: 32, data: bgrx(blue, white, red, green), header: 124 }],
  [
    '32 bits by masks',
    { ...size, bits: 32, data: u32(0xff, 0xffffff, 0xff0000, 0xff00), compression: 3, masks: [0xff0000, 0xff00, 0xff] },
  ],
  ['16 bits, 5 of each', { ...size, bits: 16, data: u16(0x1f, 0x7fff, 0x7c00, 0x3e0) }],
  [
    '16 bits by masks',
    { ...size, bits: 16, data: u16(0x1f, 0xffff, 0xf800, 0x7e0), compression: 3, masks: [0xf800, 0x7e0, 0x1f] },
  ],
  ['8 bits', { ...size, bits: 8, palette, data: Buffer.from([2, 3, 0, 0, 0, 1, 0, 0]) }],
  ['4 bits', { ...size, bits: 4, palette, data: Buffer.from([0x23, 0, 0, 0, 0x01, 0, 0, 0]) }],
])('a bitmap of %s is read', async (_, bmp) => {
  const image = readBmp(bmpOf(bmp));
  expect({ ...image, data: [...image.data] }).toEqual({ width: 2, height: 2, channels: 3, data: expected });
  const file = join(await folderOf({ 'a.bmp': bmpOf(bmp) }), 'a.bmp');
  expect([...(await decode(file, { frame: [2, 2], channels: 3 })).bytes]).toEqual(expected);
});

test('a bitmap of one bit has the colours of its palette', () => {
  const data = Buffer.from([0b01000000, 0, 0, 0, 0b10000000, 0, 0, 0]);
  const image = readBmp(bmpOf({ ...size, bits: 1, palette: bgrx(red, green), data }));
  expect([...image.data]).toEqual([...green, ...red, ...red, ...green]);
});

test('what a mask of transparency hides becomes white', async () => {
  const data = u32(0x000000ff, 0xffffffff, 0xffff0000, 0xff00ff00);
  const masks = [0xff0000, 0xff00, 0xff, 0xff000000];
  const file = join(
    await folderOf({ 'a.bmp': bmpOf({ ...size, bits: 32, data, compression: 3, masks, header: 124 }) }),
    'a.bmp',
  );
  expect([...(await decode(file, { frame: [2, 2], channels: 3 })).bytes]).toEqual([
    ...red,
    ...green,
    ...white,
    ...white,
  ]);
});

test('one that is compressed is refused by name; one that is cut, or of impossible sizes, is damaged', () => {
  expect(() => readBmp(bmpOf({ ...size, bits: 8, palette, data: upright, compression: 1 }))).toThrow(
    'compressed by method 1',
  );
  expect(() => readBmp(bmpOf({ ...size, bits: 5, data: upright }))).toThrow('5 bits a pixel');
  expect(() => readBmp(bmpOf({ ...size, bits: 8, palette, data: Buffer.alloc(8, 9) }))).toThrow('damaged');
  expect(() => readBmp(bmpOf({ width: 0, height: 2, bits: 24, data: upright }))).toThrow('damaged');
  expect(() => readBmp(bmpOf({ width: 2 ** 30, height: 2 ** 30, bits: 24, data: upright }))).toThrow('too large');
  const whole = bmpOf({ ...size, bits: 24, data: upright });
  for (let length = 2; length < whole.length; length++) {
    expect(() => readBmp(whole.subarray(0, length)), `${length} bytes`).toThrow('it is damaged or truncated');
  }
});
