import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeGif } from './gif';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'denoiser-'));
});
afterAll(() => rm(folder, { recursive: true }));

test.each([1, 3])('rows of images of %s channels become an animation, a picture for each row', async (channels) => {
  const path = join(folder, `${channels}.gif`);
  // Two rows of three frames, each of one level.
  const levels = [0, 100, 200, 250, 150, 50];
  const data = Uint8Array.from(levels.flatMap((level) => new Array(64 * channels).fill(level)));
  await writeGif(path, { data, imageShape: [8, 8, channels], columns: 3 }, { seconds: 0.3, secondsAtEnd: 1 });
  const { pages, pageHeight, width, delay, loop } = await sharp(path, { animated: true }).metadata();
  expect({ pages, pageHeight, width, loop }).toEqual({ pages: 3, pageHeight: 68, width: 2 * 66 + 2, loop: 0 });
  expect(delay).toEqual([100, 100, 1000]);
  for (const [page, [left, right]] of [
    [0, 250],
    [100, 150],
    [200, 50],
  ].entries()) {
    const { data: bytes, info } = await sharp(path, { page }).removeAlpha().raw().toBuffer({ resolveWithObject: true });
    const at = (x: number, y: number) => bytes[(y * info.width + x) * info.channels] as number;
    expect(Math.abs(at(30, 30) - (left as number))).toBeLessThanOrEqual(2); // a palette of 256 colours
    expect(Math.abs(at(100, 30) - (right as number))).toBeLessThanOrEqual(2);
  }
});

test('images that make no rows are refused', async () => {
  const images = { data: new Uint8Array(5 * 64), imageShape: [8, 8, 1] as const };
  await expect(writeGif(join(folder, 'a.gif'), images, { columns: 3 })).rejects.toThrow(/5 images make no rows of 3/);
  await expect(writeGif(join(folder, 'a.gif'), { ...images, imageShape: [4, 8, 2] })).rejects.toThrow(/2/);
});
