import * as promises from 'node:fs/promises';
import { expect, test } from 'vitest';
import { plain } from '../../test/pictures';
import type { ImageFiles } from './disk-tree';
import { isHeldOut } from './held-out';
import { openImageFolder } from './image-folder';

const COUNT = 100_000;

/** A folder of so many images that is nowhere but here; it counts what is read of it. */
async function imaginary(): Promise<{ fileSystem: ImageFiles; reads: string[] }> {
  const png = await plain(12, 12, 'red').png().toBuffer();
  const reads: string[] = [];
  const entry = (name: string) => ({
    name,
    isFile: () => true,
    isDirectory: () => false,
    isSymbolicLink: () => false,
  });
  const fileSystem = {
    stat: async () => ({ isDirectory: () => true }),
    realpath: async (path: string) => path,
    readdir: async () => Array.from({ length: COUNT }, (_, i) => entry(`${String(i).padStart(6, '0')}.png`)),
    open: async (path: string) => {
      reads.push(path);
      return promises.open(path);
    },
    readFile: async (path: string) => {
      reads.push(path);
      return png;
    },
  };
  return { fileSystem: fileSystem as unknown as ImageFiles, reads };
}

test('a hundred thousand images are opened without reading one, and read one by one', async () => {
  const { fileSystem, reads } = await imaginary();
  const { dataset } = await openImageFolder('/pictures', { size: 8, fileSystem });
  expect(dataset.length).toBe(COUNT);
  expect(reads).toEqual([]);
  await dataset.read(77_777, 0);
  expect(reads).toEqual(['/pictures/077777.png']);
});

test('images are held out by name: about the share that was asked for, never those of training, always the same', async () => {
  const { fileSystem } = await imaginary();
  const open = (validation: number) => openImageFolder('/pictures', { size: 8, fileSystem, validation });
  const { dataset, validation, files } = await open(0.05);
  const held = validation?.length ?? 0;
  expect(dataset.length + held).toBe(COUNT);
  expect(files).toHaveLength(dataset.length);
  // Five standard deviations of a binomial.
  expect(Math.abs(held - 0.05 * COUNT)).toBeLessThan(5 * Math.sqrt(0.05 * 0.95 * COUNT));
  expect(files.some((file) => isHeldOut(file.slice('/pictures/'.length), 0.05))).toBe(false);
  const more = new Set((await open(0.1)).files);
  const before = new Set(files);
  expect(
    [...more].every((file) => before.has(file)),
    'a larger share only adds to what is held out',
  ).toBe(true);
  expect((await open(0)).validation).toBeUndefined();
});

test('a share that leaves one side empty, or is none, is refused', async () => {
  const { fileSystem } = await imaginary();
  const few = { ...fileSystem, readdir: (async () => (await fileSystem.readdir('')).slice(0, 3)) as never };
  await expect(openImageFolder('/p', { size: 8, fileSystem: few, validation: 1e-6 })).rejects.toThrow(
    'Of the 3 images in /p, a validation share of 0.000001 holds out 0;',
  );
  await expect(openImageFolder('/p', { size: 8, fileSystem, validation: 1 })).rejects.toThrow('validation share');
});

test('held-out images are the same in every epoch, and fill the size', async () => {
  const { fileSystem } = await imaginary();
  const { validation } = await openImageFolder('/pictures', { size: 8, fileSystem, validation: 0.5 });
  const [first, later] = await Promise.all([validation?.read(3, 0), validation?.read(3, 9)]);
  expect(first).toEqual(later);
  expect(first?.pixels).toHaveLength(8 * 8 * 3);
});
