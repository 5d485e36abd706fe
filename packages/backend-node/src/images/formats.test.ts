import sharp from 'sharp';
import { expect, test } from 'vitest';
import { formatOf, hasImageExtension, isReadable } from './formats';

const picture = sharp({ create: { width: 8, height: 8, channels: 3, background: '#369' } });

test.each(['jpeg', 'png', 'webp', 'gif', 'tiff', 'avif'] as const)('%s is known by its first bytes', async (format) => {
  expect(formatOf(await picture.clone().toFormat(format).toBuffer())).toBe(format);
  expect(isReadable(format)).toBe(true);
});

test.each([
  ['bmp', 'BM\x46\0\0\0\0\0\0\0\x36'],
  ['netpbm', 'P6\n# made by hand\n8 8\n255\n'],
] as const)('%s is known by its first bytes, and read by this package', (format, start) => {
  expect(formatOf(Buffer.from(start, 'latin1'))).toBe(format);
  expect(isReadable(format)).toBe(true);
});

test.each([
  ['heic', '\0\0\0\x18ftypheic\0\0\0\0mif1heic'],
  ['svg', '<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg">'],
  ['photoshop', '8BPS\0\x01'],
  ['ico', '\0\0\x01\0\x02\0\x10\x10\0\0\x01\0'],
  ['jpeg-xl', '\xff\x0a\x7f'],
  ['jpeg-2000', '\0\0\0\x0cjP  \r\n'],
] as const)('%s is known, and known to be unreadable where sharp does not read it', (format, start) => {
  expect(formatOf(Buffer.from(start, 'latin1'))).toBe(format);
  // A sharp that was built with another libvips reads some of them.
  const suffixes = Object.values(sharp.format).flatMap(({ input }) => (input.buffer ? (input.fileSuffix ?? []) : []));
  const suffix = {
    heic: '.heic',
    'jpeg-xl': '.jxl',
    'jpeg-2000': '.jp2',
    svg: 'never',
    photoshop: 'never',
    ico: 'never',
  }[format];
  expect(isReadable(format)).toBe(suffixes.includes(suffix));
});

test.each(['', 'hello', '<html><p>', '{"a": 1}', '\0\0\0\x18ftypmp42'])('%j is no image', (start) => {
  expect(formatOf(Buffer.from(start, 'latin1'))).toBeUndefined();
});

test('names tell what should be an image', () => {
  for (const name of ['a.jpg', 'a.JPEG', 'a.b.Png', 'a.tif', 'a.heic', 'a.bmp'])
    expect(hasImageExtension(name)).toBe(true);
  for (const name of ['a.txt', 'jpg', 'a.png.txt', 'a.json', 'a.svg']) expect(hasImageExtension(name)).toBe(false);
});
