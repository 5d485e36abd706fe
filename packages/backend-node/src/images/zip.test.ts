import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { plain } from '../../test/pictures';
import { type ZipFile, zipOf } from '../../test/zip';
import { openImageFolder } from './image-folder';
import { readZip } from './zip';

const bytes = (text: string) => new TextEncoder().encode(text);
const png = async (colour: string) => new Uint8Array(await plain(12, 12, colour).png().toBuffer());

async function archive(files: readonly ZipFile[], options?: Parameters<typeof zipOf>[1]): Promise<string> {
  const path = join(await mkdtemp(join(tmpdir(), 'denoiser-')), 'a.zip');
  await writeFile(path, zipOf(files, options));
  return path;
}

test.each([
  ['as most programs write it', {}],
  ['with a comment at its end', { comment: 'PK\u0005\u0006 is how it ends' }],
  ['with the large numbers of Zip64', { zip64: true }],
])('an archive %s gives its files, stored or deflated', async (_, options) => {
  const files = [
    { name: 'a.txt', content: bytes('stored'), isStored: true },
    { name: 'folder/', content: bytes(''), isStored: true },
    { name: 'folder/ü.txt', content: bytes('deflated '.repeat(1000)) },
    { name: 'empty', content: bytes('') },
  ];
  const entries = await readZip(await archive(files, options));
  expect(entries.map(({ name }) => name)).toEqual(['a.txt', 'folder/ü.txt', 'empty']);
  expect(
    await Promise.all(entries.map(({ read }) => read().then((content) => new TextDecoder().decode(content)))),
  ).toEqual(['stored', 'deflated '.repeat(1000), '']);
});

test('what is cut off, encrypted or packed by an unknown method is told by name', async () => {
  const path = await archive([{ name: 'secret.png', content: bytes('x'), flags: 1 }]);
  await expect((await readZip(path))[0].read()).rejects.toThrow(`Cannot read ${path}/secret.png: it is encrypted;`);
  const strange = await archive([{ name: 'b.png', content: bytes('x'), method: 14 }]);
  await expect((await readZip(strange))[0].read()).rejects.toThrow('compressed by method 14');
  const whole = zipOf([{ name: 'a.png', content: bytes('some content') }]);
  await writeFile(path, whole.subarray(0, -30));
  await expect(readZip(path)).rejects.toMatchObject({ isDenoiserError: true, code: 'bad-zip' });
  await writeFile(path, whole.subarray(20));
  await expect(readZip(path)).rejects.toThrow(/directory is damaged|cut off/);
  await expect(readZip(`${path}.none`)).rejects.toThrow('does not exist');
});

test('a damaged file in an archive is told by name, and the others can be read', async () => {
  const content = new Uint8Array(4000).map((_, i) => (i * 7919) % 251);
  const whole = zipOf([
    { name: 'a.png', content },
    { name: 'b.png', content },
  ]);
  whole.fill(255, 60, 90);
  const path = await archive([]);
  await writeFile(path, whole);
  const [a, b] = await readZip(path);
  await expect(a.read()).rejects.toThrow(`${path}/a.png: it is damaged`);
  expect(await b.read()).toEqual(Buffer.from(content));
});

test('images in an archive are data as those in a folder are; a folder around the classes does not count', async () => {
  const files = [
    { name: 'animals/dog/1.png', content: await png('#0000ff') },
    { name: 'animals/cat/2.png', content: await png('#ff0000'), isStored: true },
    { name: 'animals/cat/1.png', content: await png('#ff0000') },
    { name: 'animals/cat/notes.txt', content: bytes('not an image') },
    { name: '__MACOSX/animals/cat/._1.png', content: bytes('hidden') },
  ];
  const path = await archive(files);
  const { dataset, classNames, skipped } = await openImageFolder(path, { size: 8, conditional: true, augment: false });
  expect([classNames, dataset.length, skipped.length]).toEqual([['cat', 'dog'], 3, 2]);
  const images = await Promise.all([0, 1, 2].map((index) => dataset.read(index, 0)));
  expect(images.map(({ label, pixels }) => [label, pixels[0], pixels[2]])).toEqual([
    [0, 1, -1],
    [0, 1, -1],
    [1, -1, 1],
  ]);
  expect((await openImageFolder(path, { size: 8 })).dataset.length).toBe(3);
  const flat = await archive([{ name: 'a.png', content: await png('red') }]);
  await expect(openImageFolder(flat, { size: 8, conditional: true })).rejects.toThrow('has no folders');
  const empty = await archive([{ name: 'a.txt', content: bytes('') }]);
  await expect(openImageFolder(empty, { size: 8 })).rejects.toThrow('has no image');
});
