import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { folderOf, plain } from '../../test/pictures';
import { type ZipFile, zipOf } from '../../test/zip';
import { crc32 } from '../checksum';
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
  ['with the like of an end in its comment', { comment: `PK\u0005\u0006${'\0'.repeat(16)}\u0009\0 and so on` }],
  ['with the large numbers of Zip64', { zip64: true }],
])('an archive %s gives its files, stored or deflated', async (_, options) => {
  const files = [
    { name: 'a.txt', content: bytes('stored'), isStored: true },
    { name: 'folder/', content: bytes(''), isStored: true },
    { name: 'folder/ü.txt', content: bytes('deflated '.repeat(1000)) },
    { name: 'empty', content: bytes('') },
  ];
  const entries = await readZip(await archive(files, options));
  expect(entries.map(({ name }) => name)).toEqual(['a.txt', 'folder/', 'folder/ü.txt', 'empty']);
  expect(
    await Promise.all(entries.map(({ read }) => read().then((content) => new TextDecoder().decode(content)))),
  ).toEqual(['stored', '', 'deflated '.repeat(1000), '']);
  const starts = await Promise.all(entries.map(({ start }) => start(20)));
  expect(new TextDecoder().decode(starts[2].subarray(0, 20))).toBe('deflated deflated de');
});

test('what is cut off, encrypted or packed by an unknown method is told by name', async () => {
  const path = await archive([{ name: 'secret.png', content: bytes('x'), flags: 1 }]);
  await expect((await readZip(path))[0].read()).rejects.toThrow(`Cannot read ${path}/secret.png: it is encrypted;`);
  const strange = await archive([{ name: 'b.png', content: bytes('x'), method: 14 }]);
  await expect((await readZip(strange))[0].read()).rejects.toThrow('compressed by method 14');
  const whole = zipOf([{ name: 'a.png', content: bytes('some content') }]);
  await writeFile(path, whole.subarray(0, -30));
  await expect(readZip(path)).rejects.toMatchObject({ isDenoiserError: true, code: 'zip-damaged' });
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

const fixture = (name: string) => fileURLToPath(new URL(`../../test/fixtures/${name}`, import.meta.url));
const classesOf = async (path: string) => {
  const { classNames, files } = await openImageFolder(path, { size: 8, conditional: true });
  return { classNames, files: files.map((file) => file.slice(path.length + 1)) };
};

test('separators may be backslashes', async () => {
  expect(await classesOf(fixture('backslashes.zip'))).toEqual({
    classNames: ['cat', 'dog'],
    files: ['cat/1.png', 'cat/2.png', 'dog/3.png'],
  });
});

test('names in UTF-8 are known without the flag that says so; others are of code page 437', async () => {
  const classNames = ['Chät', 'NFD a\u0308', 'emoji 🐈', 'quote\'s "x"', '犬'];
  expect((await classesOf(fixture('utf8-names-without-flag.zip'))).classNames).toEqual(classNames);
  const content = await png('red');
  const named = (name: Uint8Array, extra?: Uint8Array) => ({ name, content, flags: 0, ...(extra && { extra }) });
  const old = Buffer.from('Ch\x84t.png', 'latin1');
  // The name in Unicode, as an extra field; it counts while its checksum is that of the plain name.
  const unicode = (of: Uint8Array, name: string) => {
    const field = Buffer.alloc(9 + Buffer.byteLength(name));
    field.writeUInt16LE(0x7075, 0);
    field.writeUInt16LE(field.length - 4, 2);
    field.writeUInt8(1, 4);
    field.writeUInt32LE(crc32(of), 5);
    field.write(name, 9);
    return field;
  };
  const files = [
    named(old),
    named(Buffer.from('b'), unicode(Buffer.from('b'), '犬.png')),
    named(Buffer.from('c.png'), unicode(old, 'no')),
  ];
  expect((await readZip(await archive(files))).map(({ name }) => name)).toEqual(['Chät.png', '犬.png', 'c.png']);
});

test('a picture beside the classes does not make all of them one', async () => {
  const path = fixture('picture-beside-classes.zip');
  expect(await classesOf(path)).toEqual({ classNames: ['cat', 'dog'], files: ['pets/cat/1.png', 'pets/dog/2.png'] });
  const { skipped } = await openImageFolder(path, { size: 8, conditional: true });
  expect(skipped).toEqual([{ file: `${path}/pets/cover.png`, reason: 'not in the folder of a class' }]);
});

test('of two entries of one name the last one counts, as it would unpacked', async () => {
  const twice = [
    { name: 'a.png', content: await png('#ff0000') },
    { name: './a.png', content: await png('#0000ff') },
  ];
  const { dataset, skipped } = await openImageFolder(await archive(twice), { size: 8, augment: false });
  expect(dataset.length).toBe(1);
  expect([...(await dataset.read(0, 0)).pixels.subarray(0, 3)]).toEqual([-1, -1, 1]);
  expect(skipped).toMatchObject([{ reason: 'a later one has its name' }]);
});

test('an archive is read as the folder that it unpacks to', async () => {
  const [red, green] = [await png('#ff0000'), await png('#00ff00')];
  const run = bytes('{"format": 3, "data": "pictures"}');
  const layouts: Record<string, Uint8Array>[] = [
    { 'cat/1.png': red, 'dog/2.png': green, 'cat/@eaDir/x.png': red, '__MACOSX/cat/._1.png': red, 'top.png': red },
    { 'pets/cat/1.png': red, 'pets/cat/more/2.png': red, 'pets/dog/no-extension': green, 'pets/cover.png': red },
    { 'a/b/cat/1.png': red, 'a/b/dog/1.png': green, 'a/notes.txt': bytes('x') },
    { 'cat/1.png': red, 'cat/more/2.png': red },
    { 'cat/1.png': red, 'runs/x/config.json': run, 'runs/x/log.jsonl': bytes(''), 'runs/x/samples/1.png': red },
    { 'cat/1.png': red, 'cat/2.png~': red, 'empty/': bytes('') },
    { '1.png': red },
  ];
  for (const layout of layouts) {
    const path = await archive(Object.entries(layout).map(([name, content]) => ({ name, content })));
    const folder = await folderOf(Object.fromEntries(Object.entries(layout).filter(([name]) => !name.endsWith('/'))));
    for (const name of Object.keys(layout)) if (name.endsWith('/')) await mkdir(join(folder, name));
    for (const conditional of [false, true]) {
      const seen = async (root: string) => {
        const named = (text: string) => text.replaceAll(root, 'ROOT');
        try {
          const { files, classNames, skipped, dataset } = await openImageFolder(root, { size: 8, conditional });
          const labels = await Promise.all(files.map(async (_, i) => (await dataset.read(i, 0)).label));
          const left = skipped.map(({ file, reason }) => `${named(file)}: ${reason}`).sort();
          return { files: files.map(named), classNames, labels, left };
        } catch (error) {
          return named((error as Error).message).replace('subfolders', 'folders');
        }
      };
      expect(await seen(path), Object.keys(layout).join(', ')).toEqual(await seen(folder));
    }
  }
});

test('a wrong checksum is damage, of stored and deflated files', async () => {
  for (const isStored of [true, false]) {
    const path = await archive([{ name: 'a.png', content: await png('red'), checksum: 7, isStored }]);
    await expect((await readZip(path))[0].read()).rejects.toThrow(`${path}/a.png: it is damaged`);
    await expect(openImageFolder(path, { size: 8 })).rejects.toThrow('a.png');
    await expect(openImageFolder(path, { size: 8, skipBad: true })).rejects.toThrow('has no image (skipped 1');
  }
});

test('sizes that are not true are damage before anything of that size is made', async () => {
  const lying = async (size: number, isStored: boolean) => {
    const path = await archive([{ name: 'a.png', content: bytes('x'.repeat(5000)), size, isStored }]);
    return (await readZip(path))[0].read();
  };
  const before = process.memoryUsage().arrayBuffers;
  for (const isStored of [true, false]) {
    for (const size of [0, 1, 4999, 5001, 2 ** 31])
      await expect(lying(size, isStored)).rejects.toThrow('it is damaged');
  }
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 24);
});

test('what is no image is known by its beginning, and what is larger than any image by its size', async () => {
  const zeros = new Uint8Array(2 ** 27);
  const path = await archive([{ name: 'a.png', content: zeros }]);
  const before = process.memoryUsage().arrayBuffers;
  await expect(openImageFolder(path, { size: 8 })).rejects.toThrow('a.png as an image: it is not an image');
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 25);
  const huge = await archive([{ name: 'a.png', content: bytes('x'), size: 2 ** 31 }]);
  await expect(openImageFolder(huge, { size: 8 })).rejects.toThrow(
    'it has 2048 MiB, and files of up to 512 MiB are read',
  );
});

test('a directory whose fields are short or overrun it is damaged, not a crash', async () => {
  const field = (id: number, length: number, bytes: number) =>
    Buffer.concat([Buffer.from(Uint16Array.of(id, length).buffer), Buffer.alloc(bytes)]);
  const large = { name: 'a.png', content: bytes('x'), size: 0xffffffff };
  const short = await archive([{ ...large, extra: field(1, 4, 4) }]);
  await expect(readZip(short)).rejects.toThrow('its directory is damaged');
  const overrun = await archive([{ ...large, size: 1, extra: field(9, 60_000, 2) }]);
  expect(await readZip(overrun)).toHaveLength(1); // a field that nobody needs
  const whole = zipOf([{ name: 'a.png', content: bytes('x') }]);
  const path = await archive([]);
  for (const at of [28, 30, 32]) {
    const changed = Buffer.from(whole);
    changed.writeUInt16LE(0xffff, changed.indexOf('PK\x01\x02', 0, 'latin1') + at);
    await writeFile(path, changed);
    await expect(readZip(path)).rejects.toThrow('its directory is damaged');
  }
});

test('links and paths out of the archive are passed over, and told', async () => {
  const content = await png('red');
  const path = await archive([
    { name: 'a.png', content },
    { name: '../b.png', content },
    { name: '/c.png', content },
    { name: 'd.png', content: bytes('a.png'), mode: 0o120777 },
  ]);
  const { files, skipped } = await openImageFolder(path, { size: 8 });
  expect(files).toEqual([`${path}/a.png`, `${path}/c.png`]);
  expect(skipped).toEqual([
    { file: `${path}/../b.png`, reason: 'its path leads out of the archive' },
    { file: `${path}/d.png`, reason: 'a link' },
  ]);
});
