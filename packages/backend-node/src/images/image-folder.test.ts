import { mkdir, rename, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { folderOf, noisy, plain, twoHalves } from '../../test/pictures';
import { describeSkipped } from './describe-skipped';
import { type ImageFolderOptions, openImageFolder } from './image-folder';

let root = '';
afterEach(() => rm(root, { recursive: true, force: true }));

const png = (colour: string) => plain(12, 10, colour).png().toBuffer();
const open = (options: Partial<ImageFolderOptions> = {}) => openImageFolder(root, { size: 8, ...options });

test('all images below a folder, in order, whatever else lies there', async () => {
  root = await folderOf({
    'b.png': await png('#ff0000'),
    'a/c.JPG': await plain(12, 10, '#00ff00').jpeg().toBuffer(),
    'a/d/e.webp': await png('#0000ff'),
    'no-extension': await png('#ffffff'),
    'notes.txt': 'about them',
    'drawing.svg': '<svg xmlns="http://www.w3.org/2000/svg"/>',
    'favicon.ico': '\0\0\x01\0\x02\0\x10\x10\0\0\x01\0',
    '.DS_Store': 'x',
    'a/Thumbs.db': 'x',
    '.git/x.png': 'not looked at',
  });
  const { dataset, files, skipped, classNames } = await open();
  expect(files.map((file) => relative(root, file))).toEqual(['b.png', 'no-extension', 'a/c.JPG', 'a/d/e.webp']);
  expect(skipped.map(({ file, reason }) => `${basename(file)}: ${reason}`).sort()).toEqual([
    '.DS_Store: a hidden or system file',
    '.git: a hidden or system file',
    'Thumbs.db: a hidden or system file',
    'drawing.svg: of a format that is not supported, svg',
    'favicon.ico: of a format that is not supported, ico',
    'notes.txt: not an image',
  ]);
  expect(classNames).toEqual([]);
  expect(dataset.classNames).toBeUndefined();
  expect(dataset).toMatchObject({ length: 4, imageShape: [8, 8, 3] });
  const { pixels, label } = await dataset.read(0, 0);
  expect(label).toBe(-1);
  expect(pixels.length).toBe(192);
  expect([...pixels.subarray(0, 3)]).toEqual([1, -1, -1]);
});

test('with classes, subfolders are numbered by name', async () => {
  root = await folderOf({
    'zebra/1.png': await png('#ff0000'),
    'Ant/1.png': await png('#00ff00'),
    'bee/deep/2.png': await png('#0000ff'),
    'bee/1.png': await png('#0000ff'),
    'stray.png': await png('#000000'),
  });
  const { dataset, classNames, skipped } = await open({ conditional: true });
  expect(classNames).toEqual(['Ant', 'bee', 'zebra']);
  expect(dataset.classNames).toEqual(classNames);
  expect(await Promise.all([0, 1, 2, 3].map(async (i) => (await dataset.read(i, 0)).label))).toEqual([0, 1, 1, 2]);
  expect(skipped).toEqual([{ file: join(root, 'stray.png'), reason: 'not in the folder of a class' }]);
});

test('reading is a function of seed, epoch and index, in any order, with or without room to keep images', async () => {
  root = await folderOf({
    'a.png': await noisy(40, 30).png().toBuffer(),
    'b.png': await noisy(30, 40).png().toBuffer(),
  });
  const kept = await open({ seed: 5 });
  const anew = await open({ seed: 5, cacheBytes: 0, check: false });
  const a0 = (await kept.dataset.read(0, 0)).pixels;
  const b1 = (await kept.dataset.read(1, 1)).pixels;
  expect((await anew.dataset.read(1, 1)).pixels).toEqual(b1);
  expect((await anew.dataset.read(0, 0)).pixels).toEqual(a0);
  expect((await kept.dataset.read(0, 1)).pixels).not.toEqual(a0);
  expect((await (await open({ seed: 6 })).dataset.read(0, 0)).pixels).not.toEqual(a0);
});

test('the augmented image is a part of the whole: between 1 and 1.25 times as large', async () => {
  root = await folderOf({ 'a.png': await (await twoHalves(80, 80)).png().toBuffer() });
  const { dataset } = await open({ size: 64 });
  const edges = new Set<number>();
  for (let epoch = 0; epoch < 20; epoch++) {
    const { pixels } = await dataset.read(0, epoch);
    expect(pixels.every((value) => value >= -1 && value <= 1)).toBe(true);
    const edge = Array.from({ length: 64 }, (_, x) => pixels[3 * x]).findIndex((red) => red < 0);
    expect(edge).toBeGreaterThan(16);
    expect(edge).toBeLessThan(48);
    edges.add(edge);
  }
  expect(edges.size).toBeGreaterThan(3);
});

test('without augmentation it is the middle, byte for byte, in every epoch', async () => {
  root = await folderOf({ 'a.png': await (await twoHalves(24, 8)).png().toBuffer() });
  const { dataset } = await open({ augment: false });
  const { pixels } = await dataset.read(0, 0);
  const reds = Array.from({ length: 8 }, (_, x) => pixels[3 * x]);
  expect(reds).toEqual([1, 1, 1, 1, -1, -1, -1, -1]);
  expect((await dataset.read(0, 9)).pixels).toEqual(pixels);
});

test('images of any shape, grey ones too', async () => {
  root = await folderOf({ 'a.png': await png('#ffffff'), 'tiny.png': await plain(1, 1, '#ffffff').png().toBuffer() });
  const { dataset } = await open({ size: [16, 24], channels: 1 });
  expect(dataset.imageShape).toEqual([16, 24, 1]);
  for (const index of [0, 1]) {
    const { pixels } = await dataset.read(index, 0);
    expect(pixels.length).toBe(16 * 24);
    expect(pixels.every((value) => value === 1)).toBe(true);
  }
});

test('bad images are one error that names them all, before training starts', async () => {
  const cut = (await noisy(64, 48).png().toBuffer()).subarray(0, 4000);
  root = await folderOf({
    'a.png': await png('#ff0000'),
    'b.png': cut,
    'c.jpg': 'text',
    'd.heic': '\0\0\0\x18ftypheic',
  });
  const places = ['b.png', 'c.jpg', 'd.heic'].map((name) => join(root, name));
  const reasons = [
    'it is damaged or truncated',
    'it is not an image',
    'its format, heic, is not supported: save it as JPEG or PNG',
  ];
  const list = places.map((file, i) => `${file} (${reasons[i]})`).join(', ');
  await expect(open()).rejects.toMatchObject({
    isDenoiserError: true,
    code: 'image-invalid',
    message: `3 files cannot be read as images: ${list}; replace them, move them out of the folder, or leave them out by \`skipBad\`.`,
    files: places.map((file, i) => ({ file, reason: reasons[i] })),
  });
  const { dataset, skipped } = await open({ check: false });
  expect(skipped).toEqual([]);
  await dataset.read(0, 0);
  await expect(dataset.read(2, 0)).rejects.toThrow(/c\.jpg as an image: it is not an image; .* `skipBad`/);
  await rm(places[1]);
  await rm(places[2]);
  await expect(open()).rejects.toThrow(
    `Cannot read ${places[0]} as an image: it is damaged or truncated; replace it, move it out of the folder, or leave it out by \`skipBad\`.`,
  );
});

test('of hundreds of bad images the message shows some, and the error has all', async () => {
  root = await folderOf(Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`${1000 + i}.png`, 'text'])));
  const error = await open().catch((thrown) => thrown);
  expect(error.message).toMatch(/^300 files .{1,3000}1019\.png \(it is not an image\) and 280 more; replace them/);
  expect(error.files).toHaveLength(300);
});

test('bad images are left out if asked, and counted', async () => {
  root = await folderOf({ 'x/a.png': await png('#ff0000'), 'x/b.png': 'text', 'y/c.png': await png('#00ff00') });
  const { dataset, files, skipped } = await open({ skipBad: true, conditional: true });
  expect(files.map((file) => basename(file))).toEqual(['a.png', 'c.png']);
  expect(skipped).toMatchObject([{ file: join(root, 'x', 'b.png') }]);
  expect((await dataset.read(1, 0)).label).toBe(1);
  await writeFile(join(root, 'y', 'c.png'), 'text');
  await expect(open({ skipBad: true, conditional: true })).rejects.toThrow(`${join(root, 'y')} has no image`);
  await writeFile(join(root, 'x', 'a.png'), 'text');
  await expect(open({ skipBad: true })).rejects.toThrow(/has no image \(skipped 3/);
});

test('folders that can not be used are refused with what to do', async () => {
  root = await folderOf({ 'a/x.png': await png('#ff0000'), 'file.txt': 'x' });
  const at = (path: string, options: Partial<ImageFolderOptions> = {}) =>
    openImageFolder(join(root, path), { size: 8, ...options });
  await expect(at('none')).rejects.toThrow(`Cannot read ${join(root, 'none')}: it does not exist: check the path.`);
  await expect(at('file.txt')).rejects.toThrow(
    /file\.txt is a file, not a folder: give the folder that holds the images/,
  );
  await expect(at('a', { conditional: true })).rejects.toThrow(/a has no subfolders: put the images of each class/);
  await mkdir(join(root, 'b'));
  await expect(at('b')).rejects.toThrow(`${join(root, 'b')} has no image: give a folder with JPEG, PNG or WebP files.`);
  await expect(at('', { conditional: true })).rejects.toThrow(`The class folder ${join(root, 'b')} has no image`);
  await writeFile(join(root, 'b', 'n.txt'), 'x');
  await expect(at('b')).rejects.toThrow(/has no image \(skipped 1: the first is .*n\.txt, not an image\)/);
});

test.each([0, 1.5, Number.NaN, [8, -8] as const])('size %j is refused', async (size) => {
  await expect(openImageFolder('anywhere', { size })).rejects.toThrow(/The size of images is a whole number of pixels/);
});

test('links are followed, but not in circles', async () => {
  root = await folderOf({ 'a/x.png': await png('#ff0000') });
  await symlink(join(root, 'a'), join(root, 'again'));
  await symlink(root, join(root, 'a', 'circle'));
  await symlink(join(root, 'gone'), join(root, 'a', 'broken.png'));
  const { files, skipped } = await open();
  expect(files.map((file) => relative(root, file))).toEqual(['a/x.png', 'again/x.png']);
  expect(new Set(skipped.map(({ reason }) => reason))).toEqual(
    new Set(['a broken link', 'a link to a folder above it']),
  );
});

test('what systems leave in folders is neither class nor image', async () => {
  const image = await png('#ff0000');
  const names = ['@eaDir', '$RECYCLE.BIN', 'System Volume Information', 'lost+found', '__MACOSX', '#recycle'];
  root = await folderOf({
    ...{ 'cat/1.png': image, 'cat/1.png~': image, 'cat/@eaDir/1.png': image, 'cat/Thumbs.db': 'x', 'dog/1.png': image },
    ...Object.fromEntries(names.map((name) => [`${name}/1.png`, image])),
  });
  const { dataset, classNames, skipped } = await open({ conditional: true });
  expect([classNames, dataset.length, skipped.length]).toEqual([['cat', 'dog'], 2, names.length + 3]);
  expect(new Set(skipped.map(({ reason }) => reason))).toEqual(new Set(['a hidden or system file']));
  expect((await open()).dataset.length).toBe(2);
});

test('runs of this program in the data are left out, whole, and are no class', async () => {
  const image = await png('#ff0000');
  const run = (at: string) => ({
    [`${at}/config.json`]: '{"format": 3, "data": "pictures"}',
    [`${at}/log.jsonl`]: '',
    [`${at}/samples/epoch-0001.png`]: image,
    [`${at}/checkpoints/step-00000001/state.json`]: '{}',
  });
  const pictures = { 'cat/1.png': image, 'dog/1.png': image };
  root = await folderOf({ ...pictures, ...run('runs/one'), ...run('runs/deep/two'), ...run('here') });
  const { classNames, dataset, skipped } = await open({ conditional: true });
  expect([classNames, dataset.length]).toEqual([['cat', 'dog'], 2]);
  expect(skipped.map(({ file, reason }) => [relative(root, file), reason])).toEqual(
    ['here', 'runs/deep/two', 'runs/one'].map((name) => [name, 'a run of denoiser, with pictures of its own']),
  );
  expect((await open()).dataset.length).toBe(2);
  await rm(root, { recursive: true });
  // Where the data is the run's own folder, only what the run makes is left out.
  root = await folderOf({ ...pictures, ...run('x') });
  for (const name of ['config.json', 'log.jsonl', 'samples', 'checkpoints'])
    await rename(join(root, 'x', name), join(root, name));
  expect((await open({ conditional: true, exclude: [join(root, 'x')] })).classNames).toEqual(['cat', 'dog']);
  expect((await open()).files.map((file) => relative(root, file))).toEqual(['cat/1.png', 'dog/1.png']);
});

test('a config.json of another program makes no run of a folder', async () => {
  for (const [config, beside] of [
    ['{}', 'notes.txt'],
    ['{}', 'checkpoints/model.pt'],
    ['{"data": "x"}', 'log.jsonl'],
  ]) {
    root = await folderOf({ 'cat/config.json': config, [`cat/${beside}`]: '', 'cat/1.png': await png('#ff0000') });
    expect((await open({ conditional: true })).classNames).toEqual(['cat']);
  }
});

test('what is to be left out is, however its path is written', async () => {
  const image = await png('#ff0000');
  root = await folderOf({ 'cat/1.png': image, 'dog/1.png': image, 'dog/out/2.png': image, 'results/3.png': image });
  await symlink(join(root, 'results'), join(root, 'link'));
  const exclude = [join(root, 'link'), relative(process.cwd(), join(root, 'dog', 'out')), join(root, 'cat', 'none')];
  const { classNames, files, skipped } = await open({ conditional: true, exclude });
  expect([classNames, files.length]).toEqual([['cat', 'dog'], 2]);
  expect(skipped.map(({ file, reason }) => [relative(root, file), reason]).sort()).toEqual(
    ['dog/out', 'link', 'results'].map((name) => [name, 'left out as asked']),
  );
});

test('a link to a folder above it is no class; links in circles end', async () => {
  const image = await png('#ff0000');
  root = await folderOf({ 'data/cat/1.png': image, 'data/dog/2.png': image });
  const at = (name: string) => join(root, 'data', name);
  await symlink(at(''), at('itself'));
  await symlink(root, at('above'));
  await symlink(at('dog'), at('cat/dog'));
  await symlink(at('cat'), at('dog/cat'));
  await symlink(at('loop'), at('loop'));
  const { classNames, files, skipped } = await openImageFolder(at(''), { size: 8, conditional: true });
  expect(classNames).toEqual(['cat', 'dog']);
  expect(files.map((file) => relative(at(''), file))).toEqual([
    'cat/1.png',
    'cat/dog/2.png',
    'dog/2.png',
    'dog/cat/1.png',
  ]);
  expect(skipped.map(({ file, reason }) => `${relative(at(''), file)}: ${reason}`).sort()).toEqual([
    'above: a link to a folder above it',
    'cat/dog/cat: a link to a folder above it',
    'dog/cat/dog: a link to a folder above it',
    'itself: a link to a folder above it',
    'loop: a broken link',
  ]);
});

test.runIf(process.platform === 'linux')('a file whose name is not UTF-8 is passed over, and told', async () => {
  root = await folderOf({ 'a.png': await png('#ff0000') });
  await writeFile(Buffer.concat([Buffer.from(`${root}/b`), Buffer.from([0xff, 0xfe]), Buffer.from('.png')]), 'x');
  await mkdir(Buffer.concat([Buffer.from(`${root}/c`), Buffer.from([0xff])]));
  await writeFile(join(root, '\ufffd.png'), await png('#00ff00'));
  const { files, skipped } = await open();
  expect(files.map((file) => basename(file))).toEqual(['a.png', '\ufffd.png']);
  expect(skipped.map(({ reason }) => reason)).toEqual(new Array(2).fill('its name is not UTF-8: rename it'));
});

test('what was passed over is told by name and reason', () => {
  const skipped = ['a.txt', 'b.txt', 'c.txt', 'd\x1b.txt'].map((name) => ({
    file: `/x/${name}`,
    reason: 'not an image',
  }));
  const litter = { file: '/x/.DS_Store', reason: 'a hidden or system file' };
  expect(describeSkipped([litter, ...skipped])).toBe(
    '5 other files: .DS_Store (a hidden or system file); a.txt, b.txt, c.txt and 1 more (not an image)',
  );
  expect(describeSkipped([skipped[3]])).toBe('1 other file: d\\x1b.txt (not an image)');
});

test('a size that the machine has no room for is refused at once', async () => {
  await expect(openImageFolder('anywhere', { size: 2 ** 20 })).rejects.toThrow(
    /^An image of 1048576×1048576 takes \d+ GiB, and this machine has \d+; choose a smaller `size`\.$/,
  );
});

test('control characters of names do not reach messages', async () => {
  root = await folderOf({ 'a\x1b[2J\x9b.png': 'text' });
  await expect(open()).rejects.toThrow('a\\x1b[2J\\x9b.png as an image');
});

test('a file far larger than any image is refused unread', async () => {
  root = await folderOf({ 'a.png': await png('#ff0000') });
  await truncate(join(root, 'a.png'), 2 ** 33);
  await expect(open()).rejects.toThrow('a.png as an image: it has 8192 MiB, and files of up to 512 MiB are read;');
});

test('checking reports its progress and can be stopped', async () => {
  root = await folderOf({ 'a.png': await png('#ff0000'), 'b.png': await png('#00ff00') });
  const seen: number[][] = [];
  await open({ onProgress: (...counts) => seen.push(counts) });
  expect(seen).toEqual([[1, 2], [2, 2]]); // biome-ignore format: pairs
  await expect(open({ signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough');
});
