import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp, { type OutputInfo } from 'sharp';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { failingFileSystem } from '../../test/failing-file-system';
import { writeGif } from './gif';
import { type ImageBatch, writePngGrid } from './png-grid';
import { writePngs } from './pngs';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'denoiser-'));
});
afterEach(() => rm(folder, { recursive: true }));

const numbers = (count: number, height: number, width: number, channels: number): ImageBatch => ({
  data: Uint8Array.from({ length: count * height * width * channels }, (_, i) => (i * 7 + 1) % 256),
  imageShape: [height, width, channels],
});

async function pixelsOf(path: string): Promise<{ at: (x: number, y: number) => number[]; info: OutputInfo }> {
  const { data, info } = await sharp(path).raw().toBuffer({ resolveWithObject: true });
  const at = (x: number, y: number) => {
    const start = (y * info.width + x) * info.channels;
    return [...data.subarray(start, start + info.channels)];
  };
  return { at, info };
}

test('the grid has torchvision’s layout: rows, padding around, black where nothing is', async () => {
  const images = numbers(5, 3, 4, 3);
  const path = join(folder, 'made', 'grid.png');
  expect(await writePngGrid(path, images, { columns: 3, padding: 2, scale: 1 })).toEqual({ width: 20, height: 12 });
  const { at, info } = await pixelsOf(path);
  expect([info.width, info.height]).toEqual([20, 12]);
  for (let image = 0; image < 5; image++) {
    for (let y = 0; y < 3; y++) {
      for (let x = 0; x < 4; x++) {
        const start = ((image * 3 + y) * 4 + x) * 3;
        const place = [2 + (image % 3) * 6 + x, 2 + Math.floor(image / 3) * 5 + y] as const;
        expect(at(...place)).toEqual([...images.data.subarray(start, start + 3)]);
      }
    }
  }
  for (const [x, y] of [[0, 0], [6, 3], [19, 11], [15, 8]]) expect(at(x, y)).toEqual([0, 0, 0]); // biome-ignore format: pairs
});

test('small images are enlarged by whole pixels, others are not', async () => {
  const path = join(folder, 'grid.png');
  expect(await writePngGrid(path, numbers(2, 16, 16, 1))).toEqual({ width: 2 * 66 + 2, height: 68 });
  const { at } = await pixelsOf(path);
  expect(at(2, 2)[0]).toBe(1);
  expect(at(5, 5)[0]).toBe(1);
  expect(at(6, 5)[0]).toBe(8);
  expect(await writePngGrid(path, numbers(9, 64, 64, 1), { padding: 0 })).toEqual({ width: 512, height: 128 });
});

test('floats are written as their bytes', async () => {
  const path = join(folder, 'grid.png');
  await writePngGrid(path, { data: Float32Array.of(-1, 0, 1, 9), imageShape: [2, 2, 1] }, { padding: 0, scale: 1 });
  const { at } = await pixelsOf(path);
  expect([at(0, 0)[0], at(1, 0)[0], at(0, 1)[0], at(1, 1)[0]]).toEqual([0, 127, 255, 255]);
});

test('images and options that make no picture are refused', async () => {
  const path = join(folder, 'grid.png');
  const one = numbers(1, 2, 2, 3);
  await expect(writePngGrid(path, numbers(0, 2, 2, 3))).rejects.toThrow(
    /the number of images is a whole number, 1 or more, not 0/,
  );
  await expect(writePngGrid(path, numbers(1, 2, 2, 4))).rejects.toThrow(/1 or 3 channels, but these have 4/);
  await expect(writePngGrid(path, { ...one, data: one.data.subarray(1) })).rejects.toThrow(
    /the number of images is a whole number, 1 or more, not 0\.9/,
  );
  await expect(writePngGrid(path, one, { columns: 0 })).rejects.toThrow(/columns is a whole number, 1 or more, not 0/);
  await expect(writePngGrid(path, one, { padding: 0.5 })).rejects.toThrow(/padding/);
  expect(await readdir(folder)).toEqual([]);
});

test('images that are not awaited are asked for, and so are options that there are', async () => {
  const path = join(folder, 'grid.png');
  for (const none of [undefined, {}, Promise.resolve(numbers(1, 2, 2, 3))]) {
    for (const write of [writePngGrid, writePngs, writeGif]) {
      await expect(write(path, none as never)).rejects.toThrow('give what `await drawImages(…)` gives');
    }
  }
  const one = numbers(1, 2, 2, 3);
  await expect(writePngGrid(path, one, { colums: 3 } as object)).rejects.toThrow('did you mean `columns`?');
  await expect(writePngs(path, one, { prefx: 'a' } as object)).rejects.toThrow('did you mean `prefix`?');
  await expect(writeGif(`${path}.gif`, one, { delay: 3 } as object)).rejects.toThrow('writeGif has no option "delay"');
  await expect(writePngGrid(path, one, { columns: '3' as never })).rejects.toThrow('1 or more, not "3"');
  expect(await readdir(folder)).toEqual([]);
});

test('a full disk and a path below a file are sentences, and leave nothing', async () => {
  const fileSystem = failingFileSystem({ code: 'ENOSPC', when: 'writeFile', path: /grid/ });
  const path = join(folder, 'grid.png');
  await expect(writePngGrid(path, numbers(1, 2, 2, 3), { fileSystem })).rejects.toThrow(
    `Cannot write ${path}: the disk is full`,
  );
  expect(await readdir(folder)).toEqual([]);
  await writeFile(path, '');
  await expect(writePngGrid(join(path, 'a', 'b.png'), numbers(1, 2, 2, 3))).rejects.toMatchObject({
    isDenoiserError: true,
  });
});
