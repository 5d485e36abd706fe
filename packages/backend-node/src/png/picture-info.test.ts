import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { encodePng, writePngGrid } from '../grid/png-grid';
import { writePngs } from '../grid/pngs';
import { readImage } from '../images/read-image';
import { readPictureInfo } from './picture-info';
import { withText } from './text-chunk';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'denoiser-'));
});
afterAll(() => rm(folder, { recursive: true }));

const imageShape = [8, 16, 3] as const;
const images = (count: number) => ({
  data: Uint8Array.from({ length: count * 8 * 16 * 3 }, (_, i) => (i * 7 + 1) % 256),
  imageShape,
});

test('each image is a file of its own size, and says how it was drawn', async () => {
  const all = images(3);
  const settings = (i: number) => ({ seed: 7, indices: [i], classes: ['猫'] });
  const paths = await writePngs(join(folder, 'each'), all, { prefix: 'seed-7-', settings });
  expect(await readdir(join(folder, 'each'))).toEqual(['seed-7-0000.png', 'seed-7-0001.png', 'seed-7-0002.png']);
  const { data, info } = await sharp(paths[1]).raw().toBuffer({ resolveWithObject: true });
  expect([info.height, info.width, info.channels]).toEqual([8, 16, 3]);
  expect([...data]).toEqual([...all.data.subarray(384, 768)]);
  expect(await readPictureInfo(paths[2])).toEqual({
    layout: { count: 1, columns: 8, padding: 0, scale: 1, imageShape: [8, 16, 3] },
    settings: settings(2),
  });
});

test('other programs read the text: it is iTXt in UTF-8', async () => {
  const path = join(folder, 'text.png');
  await writePngGrid(path, images(1), { settings: { of: '猫' } });
  const { comments } = await sharp(path).metadata();
  expect(comments).toEqual([{ keyword: 'denoiser', text: expect.stringContaining('"of":"猫"') }]);
});

test('a grid of one image is read as that image, to the bit; one of several is refused', async () => {
  const path = join(folder, 'framed.png');
  const [framed, plain] = [images(1), join(folder, 'plain.png')];
  await writePngGrid(path, framed);
  expect((await sharp(path).metadata()).width).toBe(16 * 4 + 4);
  await writePngGrid(plain, framed, { padding: 0, scale: 1 });
  const options = { size: [8, 16], channels: 3 } as const;
  expect(await readImage(path, options)).toEqual(await readImage(plain, options));
  expect([...(await readImage(path, options)).pixels].map((value) => Math.round((value + 1) * 127.5))).toEqual([
    ...framed.data,
  ]);
  const grid = join(folder, 'grid.png');
  await writePngGrid(grid, images(4));
  await expect(readImage(grid, options)).rejects.toThrow(/grid\.png is a grid of 4 images, and one is needed/);
});

test('a picture that was resized since, and one of another program, say nothing', async () => {
  const path = join(folder, 'resized.png');
  await writePngGrid(path, images(2));
  const resized = withText(
    await sharp({ create: { width: 9, height: 9, channels: 3, background: 'red' } })
      .png()
      .toBuffer(),
    'denoiser',
    JSON.stringify({ layout: (await readPictureInfo(path))?.layout }),
  );
  await writeFile(path, resized);
  expect(await readPictureInfo(path)).toBeUndefined();
  await writeFile(path, 'no PNG');
  expect(await readPictureInfo(path)).toBeUndefined();
});

test('what a stranger wrote there is checked: the field is named, and damaged chunks are none', async () => {
  const path = join(folder, 'stranger.png');
  const { bytes } = await encodePng(images(1));
  const plain = await sharp(bytes).png().toBuffer(); // without metadata
  const layout = { count: 1, columns: 1, padding: 0, scale: 1, imageShape };
  const wrong: [info: unknown, message: RegExp][] = [
    [{}, /layout is not an object/],
    [{ layout: { ...layout, count: 1e9 } }, /layout\.count is not a whole number from 1 to/],
    [{ layout: { ...layout, scale: '4' } }, /layout\.scale is not/],
    [{ layout: { ...layout, imageShape: [8, 16] } }, /layout\.imageShape is not a list of 3/],
    [{ layout, settings: [1] }, /settings is not an object/],
    [{ layout, settings: { a: 'x'.repeat(5000) } }, /settings is not texts of up to/],
  ];
  for (const [info, message] of wrong) {
    await writeFile(path, withText(plain, 'denoiser', JSON.stringify(info)));
    await expect(readPictureInfo(path), JSON.stringify(info).slice(0, 80)).rejects.toThrow(message);
  }
  await writeFile(path, withText(plain, 'denoiser', '{'));
  await expect(readPictureInfo(path)).rejects.toThrow(/stranger\.png .* is not JSON/);

  const whole = await readFile(await writeOne(path));
  for (let length = 0; length < whole.length; length += 7) {
    await writeFile(path, whole.subarray(0, length));
    await readPictureInfo(path); // does not throw
  }
  const flipped = Uint8Array.from(whole);
  flipped[80] ^= 1; // in the text: its checksum tells
  await writeFile(path, flipped);
  expect(await readPictureInfo(path)).toBeUndefined();
});

async function writeOne(path: string): Promise<string> {
  await writePngGrid(path, images(1), { settings: { seed: 1 } });
  return path;
}
