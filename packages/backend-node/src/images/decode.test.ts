import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterEach, expect, test } from 'vitest';
import { folderOf, noisy, plain, twoHalves } from '../../test/pictures';
import { crc32 } from '../checksum';
import { decode } from './decode';

let folder = '';
afterEach(() => rm(folder, { recursive: true, force: true }));

async function decoded(
  content: Uint8Array | string,
  { name = 'a.png', frame = [8, 8] as readonly [number, number], channels = 3 as 1 | 3 } = {},
) {
  folder = await folderOf({ [name]: content });
  return decode(join(folder, name), { frame, channels });
}
const first = ({ bytes, channels }: { bytes: Uint8Array; channels: number }) => [...bytes.subarray(0, channels)];

test('16 bits become 8', async () => {
  const content = await plain(8, 8, '#804020').toColourspace('rgb16').png().toBuffer();
  expect((await sharp(content).metadata()).depth).toBe('ushort');
  const pixels = await decoded(content);
  expect(pixels.bytes.length).toBe(192);
  for (const [c, value] of [0x80, 0x40, 0x20].entries())
    expect(Math.abs(pixels.bytes[c] - value)).toBeLessThanOrEqual(1);
});

test('the grey of colours is that of PIL and torchvision, not of linear light', async () => {
  const greys = ['#ff0000', '#00ff00', '#0000ff'].map(async (colour) =>
    first(await decoded(await plain(8, 8, colour).png().toBuffer(), { channels: 1 })),
  );
  expect(await Promise.all(greys)).toEqual([[76], [150], [29]]);
});

test('grey becomes colour, and colour grey, as asked', async () => {
  const grey = await plain(8, 8, '#808080').toColourspace('b-w').png().toBuffer();
  expect((await sharp(grey).metadata()).channels).toBe(1);
  expect(first(await decoded(grey))).toEqual([128, 128, 128]);
  await rm(folder, { recursive: true });
  expect(first(await decoded(grey, { channels: 1 }))).toEqual([128]);
  await rm(folder, { recursive: true });
  const colour = await decoded(await plain(8, 8, '#ffffff').png().toBuffer(), { channels: 1 });
  expect(colour).toMatchObject({ channels: 1, height: 8, width: 8 });
  expect(first(colour)).toEqual([255]);
});

test('CMYK becomes sRGB', async () => {
  const content = await plain(8, 8, '#c04020').toColourspace('cmyk').jpeg().toBuffer();
  expect((await sharp(content).metadata()).space).toBe('cmyk');
  const [red, green, blue] = first(await decoded(content));
  expect(Math.abs(red - 0xc0)).toBeLessThan(16);
  expect(green).toBeLessThan(0x60);
  expect(blue).toBeLessThan(0x40);
});

test('what is transparent becomes white', async () => {
  const glass = { r: 255, g: 0, b: 0, alpha: 0 };
  const clear = await sharp({ create: { width: 8, height: 8, channels: 4, background: glass } })
    .png()
    .toBuffer();
  expect(first(await decoded(clear))).toEqual([255, 255, 255]);
});

test('an animation becomes its first frame', async () => {
  const frames = await Promise.all(['#ffffff', '#000000'].map((colour) => plain(8, 8, colour).raw().toBuffer()));
  const raw = { width: 8, height: 16, channels: 3, pageHeight: 8 } as const;
  const content = await sharp(Buffer.concat(frames), { raw })
    .gif({ delay: [100, 100] })
    .toBuffer();
  expect((await sharp(content).metadata()).pages).toBe(2);
  const pixels = await decoded(content, { name: 'a.gif' });
  expect(pixels).toMatchObject({ height: 8, width: 8 });
  expect(pixels.bytes.every((byte) => byte === 255)).toBe(true);
});

test('the camera’s rotation is applied', async () => {
  const content = await (await twoHalves(24, 16)).withMetadata({ orientation: 6 }).png().toBuffer(); // a quarter turn right
  const pixels = await decoded(content, { frame: [16, 16] });
  expect(pixels).toMatchObject({ height: 24, width: 16 });
  expect(first(pixels)).toEqual([255, 0, 0]);
  expect([...pixels.bytes.subarray(-3)]).toEqual([0, 0, 255]);
});

test('the content decides, not the name', async () => {
  const content = await plain(8, 8, '#102030').webp({ lossless: true }).toBuffer();
  expect(first(await decoded(content, { name: 'a.jpg' }))).toEqual([16, 32, 48]);
});

test.each([
  [
    [50, 40],
    [20, 20],
    [20, 25],
  ],
  [
    [40, 50],
    [20, 20],
    [25, 20],
  ],
  [
    [10, 8],
    [20, 20],
    [20, 25],
  ],
  [
    [30, 20],
    [20, 40],
    [26, 40],
  ],
  [
    [4000, 1600],
    [20, 20],
    [20, 36],
  ], // beyond 5/3 of the frame no crop reaches
  [
    [4000, 4],
    [20, 20],
    [20, 45],
  ],
  [
    [4, 4000],
    [20, 20],
    [45, 20],
  ],
] as const)('an image of %j covers the frame %j as %j', async ([width, height], frame, size) => {
  const pixels = await decoded(await plain(width, height, '#102030').png().toBuffer(), { frame });
  expect([pixels.height, pixels.width]).toEqual(size);
  expect(pixels.bytes.length).toBe(pixels.height * pixels.width * 3);
  expect([...pixels.bytes.subarray(-3)]).toEqual([16, 32, 48]);
});

test('a small image is enlarged without a shift', async () => {
  const pixels = await decoded(await (await twoHalves(8, 8)).png().toBuffer(), { frame: [32, 32] });
  expect(pixels).toMatchObject({ height: 32, width: 32 });
  for (let x = 0; x < 32; x++) {
    const [red, , blue] = pixels.bytes.subarray(3 * x, 3 * x + 3);
    const [mirroredRed, , mirroredBlue] = pixels.bytes.subarray(3 * (31 - x), 3 * (31 - x) + 3);
    expect(Math.abs(red - mirroredBlue)).toBeLessThanOrEqual(1);
    expect(Math.abs(blue - mirroredRed)).toBeLessThanOrEqual(1);
  }
});

const refusal = (reason: string) => `a.png as an image: ${reason}; replace it or move it out of the folder.`;

test('what is no image is refused by name', async () => {
  await expect(decoded('hello, I am text')).rejects.toThrow(refusal('it is not an image'));
  await rm(folder, { recursive: true });
  await expect(decoded('')).rejects.toThrow(refusal('it is empty'));
  await rm(folder, { recursive: true });
  await expect(decoded('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')).rejects.toThrow(
    /its format, svg, is not supported/,
  );
  await expect(decode(join(folder, 'none.png'), { frame: [8, 8], channels: 3 })).rejects.toThrow(
    /none\.png: it does not exist/,
  );
});

test.each(['png', 'jpeg', 'webp', 'gif', 'avif'] as const)('a truncated %s is refused by name', async (format) => {
  const content = await noisy(64, 48).toFormat(format).toBuffer();
  for (const part of [0.3, 0.6, 0.9]) {
    const cut = content.subarray(0, Math.floor(content.length * part));
    await expect(decoded(cut)).rejects.toMatchObject({ isDenoiserError: true, code: 'image-invalid' });
    await expect(decode(join(folder, 'a.png'), { frame: [8, 8], channels: 3 })).rejects.toThrow(
      refusal('it is damaged or truncated'),
    );
    await rm(folder, { recursive: true });
  }
});

test('a PNG with a wrong checksum is refused', async () => {
  const content = await noisy(64, 48).png().toBuffer();
  content[content.length >> 1] ^= 0xff;
  await expect(decoded(content)).rejects.toThrow(refusal('it is damaged or truncated'));
});

test('a small file that says it is a strip of millions of pixels is refused before it takes gigabytes', async () => {
  const content = await plain(8, 8, '#102030').png().toBuffer();
  content.writeUInt32BE(16_711_692, 16);
  content.writeUInt32BE(crc32(content.subarray(12, 29)), 29);
  await expect(decoded(content)).rejects.toThrow(
    refusal('it is 16711692×8 pixels, one side more than 1000 times the other'),
  );
});
