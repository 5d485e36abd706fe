import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { folderOf, plain } from '../../test/pictures';
import { type TiffOptions, tiffOf } from '../../test/tiff';
import { decode } from './decode';
import { openImageFolder } from './image-folder';
import { readImage } from './read-image';
import { tiffSamples } from './tiff-samples';

const bytesOf = (values: { buffer: ArrayBufferLike }) => new Uint8Array(values.buffer as ArrayBuffer);
const tiff = (data: Uint8Array, bits: number, options: Partial<TiffOptions> = {}) =>
  tiffOf({ width: 8, height: 8, data, bits, ...options });
const rgb = { samplesPerPixel: 3, photometric: 2 };

async function firstPixel(content: Uint8Array): Promise<number[]> {
  const file = join(await folderOf({ 'a.tif': content }), 'a.tif');
  return [...(await decode(file, { frame: [8, 8], channels: 3 })).bytes.subarray(0, 3)];
}

test.each<[string, Buffer, number]>([
  ['1-bit', tiff(new Uint8Array(8).fill(0xff), 1), 255],
  ['2-bit', tiff(new Uint8Array(16).fill(0b01010101), 2), 85],
  ['4-bit', tiff(new Uint8Array(32).fill(0x88), 4), 136],
  ['8-bit', tiff(new Uint8Array(64).fill(128), 8), 128],
  ['8-bit, by name', tiff(new Uint8Array(64).fill(128), 8, { format: 'unsigned' }), 128],
  ['8-bit RGB', tiff(new Uint8Array(192).fill(128), 8, rgb), 128],
  ['8-bit, white at zero', tiff(new Uint8Array(64).fill(64), 8, { photometric: 0 }), 191],
  ['16-bit', tiff(bytesOf(new Uint16Array(64).fill(32768)), 16), 128],
  ['16-bit RGB', tiff(bytesOf(new Uint16Array(192).fill(32768)), 16, { ...rgb, format: 'unsigned' }), 128],
])('a TIFF of %s samples is scaled to bytes', async (_, content, value) => {
  expect(await firstPixel(content)).toEqual([value, value, value]);
});

test.each<[string, Buffer]>([
  ['floating-point 16-bit', tiff(bytesOf(new Uint16Array(64).fill(0x3800)), 16, { format: 'float' })],
  ['floating-point 24-bit', tiff(new Uint8Array(192), 24, { format: 'float' })],
  ['floating-point 32-bit', tiff(bytesOf(new Float32Array(64).fill(0.5)), 32, { format: 'float' })],
  ['floating-point 32-bit', tiff(bytesOf(new Float32Array(192).fill(0.5)), 32, { format: 'float', ...rgb })],
  ['floating-point 64-bit', tiff(bytesOf(new Float64Array(64).fill(0.5)), 64, { format: 'float' })],
  ['complex floating-point 64-bit', tiff(new Uint8Array(512), 64, { format: 'complex-float' })],
  ['complex 32-bit', tiff(new Uint8Array(256), 32, { format: 'complex-signed' })],
  ['signed 8-bit', tiff(new Uint8Array(64), 8, { format: 'signed' })],
  ['signed 8-bit', tiff(new Uint8Array(192), 8, { format: 'signed', ...rgb })],
  ['signed 16-bit', tiff(new Uint8Array(128), 16, { format: 'signed' })],
  ['signed 32-bit', tiff(new Uint8Array(256), 32, { format: 'signed' })],
  ['unsigned 12-bit', tiff(new Uint8Array(96), 12)],
  ['unsigned 24-bit', tiff(new Uint8Array(192), 24)],
  ['unsigned 32-bit', tiff(new Uint8Array(256), 32)],
  ['unsigned 32-bit', tiff(new Uint8Array(256), 32, { format: 'void' })],
  ['unsigned 64-bit', tiff(new Uint8Array(512), 64)],
])('a TIFF of %s samples is refused by name', async (kind, content) => {
  await expect(firstPixel(content)).rejects.toMatchObject({
    code: 'image-invalid',
    message: expect.stringContaining(
      `a.tif as an image: its samples are ${kind} numbers, and unsigned ones of 8 or 16 bits are read; convert it to PNG`,
    ),
  });
});

test('a TIFF of five channels is refused by name', async () => {
  await expect(firstPixel(tiff(new Uint8Array(320), 8, { samplesPerPixel: 5 }))).rejects.toThrow('it has 5 channels');
});

test('every reader refuses it: folders and single images', async () => {
  const folder = await folderOf({ 'a.tif': tiff(bytesOf(new Float32Array(64).fill(0.5)), 32, { format: 'float' }) });
  await expect(openImageFolder(folder, { size: 8 })).rejects.toThrow('floating-point 32-bit');
  await expect(readImage(join(folder, 'a.tif'), { size: [8, 8], channels: 1 })).rejects.toThrow(
    'floating-point 32-bit',
  );
});

test('samples are found in BigTIFF, and in big-endian files; what is cut off has none', async () => {
  const raw = { raw: { width: 8, height: 8, channels: 3 as const } };
  const big = await sharp(new Uint8Array(192), raw).tiff({ bigtiff: true }).toBuffer();
  expect(tiffSamples(big)).toEqual({ bits: 8, kind: 'unsigned' });
  // A directory of one entry: 16 bits, signed by a second.
  const motorola = Buffer.from(
    '4d4d002a00000008' + '0002' + '010200030000000100100000' + '015300030000000100020000' + '00000000',
    'hex',
  );
  expect(tiffSamples(motorola)).toEqual({ bits: 16, kind: 'signed' });
  for (let length = 4; length < 30; length++) expect(tiffSamples(motorola.subarray(0, length))).toBeUndefined();
});

test('AVIF of 10 and 12 bits is scaled to bytes', async () => {
  for (const bitdepth of [10, 12] as const) {
    const content = await plain(16, 16, '#804020').avif({ bitdepth, lossless: true }).toBuffer();
    expect(await firstPixel(content)).toEqual([0x80, 0x40, 0x20]);
  }
});

test('the file that was reported', async () => {
  const content = await readFile(new URL('../../test/fixtures/float32-0.5.tif', import.meta.url));
  await expect(firstPixel(content)).rejects.toThrow('floating-point 32-bit');
});
