import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readImage } from './read-image';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'denoiser-'));
});
afterEach(() => rm(folder, { recursive: true }));

test('an image is read as its middle, at the size and with the channels wanted', async () => {
  const path = join(folder, 'wide.png');
  const bytes = Uint8Array.from({ length: 8 * 16 }, (_, i) => (i % 16 < 4 || i % 16 >= 12 ? 0 : 255));
  await sharp(bytes, { raw: { width: 16, height: 8, channels: 1 } })
    .png()
    .toFile(path);
  const grey = await readImage(path, { size: [8, 8], channels: 1 });
  expect([...grey.pixels]).toEqual(new Array(64).fill(1));
  expect(grey.covering).toEqual([8, 16]);
  const colour = await readImage(path, { size: [4, 4], channels: 3 });
  expect([colour.pixels.length, colour.covering]).toEqual([4 * 4 * 3, [4, 8]]);
  await expect(readImage(join(folder, 'none.png'), { size: [4, 4], channels: 3 })).rejects.toThrow(/none\.png/);
});
