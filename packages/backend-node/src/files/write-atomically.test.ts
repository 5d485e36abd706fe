import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { failingFileSystem } from '../../test/failing-file-system';
import { stoppingFileSystem } from '../../test/stopping-file-system';
import { type FileSystem, nodeFileSystem } from './file-system';
import { prepareFile, prepareFolder, writeFileAtomically } from './write-atomically';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'denoiser-'));
});
afterEach(() => rm(folder, { recursive: true }));

test('a file is written with its folders, replaced, and nothing else is left', async () => {
  const path = join(folder, 'a', 'b', 'c.txt');
  await writeFileAtomically(path, 'one');
  await writeFileAtomically(path, new TextEncoder().encode('two'));
  expect(await readFile(path, 'utf8')).toBe('two');
  expect(await readdir(join(folder, 'a', 'b'))).toEqual(['c.txt']);
});

test.each([
  ['ENOSPC', 'the disk is full: free some space or choose another folder'],
  ['EROFS', 'the file system is read-only: choose another folder'],
  ['EACCES', 'permission is denied: change the permissions or choose another path'],
])('a write that fails with %s leaves the old file and says why', async (code, why) => {
  const path = join(folder, 'c.txt');
  await writeFile(path, 'old');
  const fileSystem = failingFileSystem({ code, when: 'writeFile', path: /c\.txt/ });
  await expect(writeFileAtomically(path, 'new', { fileSystem })).rejects.toMatchObject({
    isDenoiserError: true,
    code: code.toLowerCase(),
    message: `Cannot write ${path}: ${why}.`,
  });
  expect(await readFile(path, 'utf8')).toBe('old');
  expect(await readdir(folder)).toEqual(['c.txt']);
});

test('a write that fails leaves none of the folders that it made', async () => {
  await mkdir(join(folder, 'mine'));
  const fileSystem = failingFileSystem({ code: 'ENOSPC', when: 'writeFile', path: /c\.txt|probe/ });
  await expect(writeFileAtomically(join(folder, 'mine/a/b/c.txt'), 'new', { fileSystem })).rejects.toThrow('full');
  await expect(prepareFolder(join(folder, 'runs/one'), { fileSystem })).rejects.toThrow('full');
  expect(await readdir(folder)).toEqual(['mine']);
  expect(await readdir(join(folder, 'mine'))).toEqual([]);
});

test('a path below a file, or at a folder, is refused by name', async () => {
  await writeFile(join(folder, 'file'), '');
  await mkdir(join(folder, 'taken'));
  await expect(writeFileAtomically(join(folder, 'file', 'x', 'y'), '')).rejects.toThrow(
    /file\/x\/y: a part of this path is a file/,
  );
  await expect(writeFileAtomically(join(folder, 'file', 'y'), '')).rejects.toThrow(
    /file\/y: a file of this name is in the way/,
  );
  await expect(writeFileAtomically(join(folder, 'taken'), '')).rejects.toThrow(/taken: it is a folder/);
  expect((await readdir(folder)).sort()).toEqual(['file', 'taken']);
});

test('a folder is prepared by making it and writing in it', async () => {
  const path = join(folder, 'runs', 'one');
  await prepareFolder(path);
  expect(await readdir(path)).toEqual([]);
  const fileSystem = failingFileSystem({ code: 'EROFS', when: 'open', path: /probe/ });
  await expect(prepareFolder(path, { fileSystem })).rejects.toMatchObject({
    message: `Cannot write ${path}: the file system is read-only: choose another folder.`,
  });
});

test('a process that stops at any call leaves the old file or the new one, whole', async () => {
  const path = join(folder, 'c.txt');
  const contentAfter = async (moment: number) => {
    await writeFile(path, 'what was there');
    const fileSystem = stoppingFileSystem();
    fileSystem.callsLeft = moment;
    await writeFileAtomically(path, 'what is new', { fileSystem }).catch(() => {});
    return { content: await readFile(path, 'utf8'), calls: fileSystem.calls };
  };
  const { calls } = await contentAfter(Number.POSITIVE_INFINITY);
  expect(calls).toBeGreaterThan(2);
  for (let moment = 0; moment < calls; moment++) {
    expect((await contentAfter(moment)).content).toMatch(/^what (was there|is new)$/);
  }
});

test('a folder above that was moved away, and NUL in a path, are sentences', async () => {
  const fileSystem = failingFileSystem({ code: 'ENOENT', when: 'open', path: /x/ });
  await expect(writeFileAtomically(join(folder, 'x'), '', { fileSystem })).rejects.toThrow(
    'its folder is gone or cannot',
  );
  await expect(writeFileAtomically(join(folder, 'a\0x'), '')).rejects.toMatchObject({ isDenoiserError: true });
});

test('a folder that cannot be made is told with the cause, which Node hides behind ENOENT', async () => {
  const read = Object.assign(new Error('injected'), { code: 'EROFS' });
  const gone = Object.assign(new Error('injected'), { code: 'ENOENT' });
  const fileSystem: FileSystem = {
    ...nodeFileSystem,
    // As Node makes folders on a file system that is read-only.
    mkdir: (async (_: string, options?: { recursive?: boolean }) => {
      throw options?.recursive ? gone : read;
    }) as FileSystem['mkdir'],
  };
  const path = join(folder, 'a', 'b');
  // One after the other: a rejection that nobody waits for yet would be an error of the test.
  for (const attempt of [
    () => prepareFolder(path, { fileSystem }),
    () => writeFileAtomically(join(path, 'x'), '', { fileSystem }),
  ]) {
    const message = expect.stringMatching(/read-only: choose/);
    await expect(attempt()).rejects.toMatchObject({ code: 'erofs', message });
  }
});

test('where not even the root is there, as of a drive that is gone, is said at once', async () => {
  const gone = async () => {
    throw Object.assign(new Error('ENOENT: gone'), { code: 'ENOENT' });
  };
  const fileSystem = { ...nodeFileSystem, stat: gone, mkdir: gone } as FileSystem;
  await expect(prepareFolder('/gone/a', { fileSystem })).rejects.toMatchObject({ code: 'enoent' });
});

test.skipIf(process.platform !== 'linux')('where no folder can be made, as in /proc, is said at once', async () => {
  await expect(prepareFolder('/proc/run/x')).rejects.toThrow(/Cannot write \/proc\/run\/x: /);
});

test('a file that cannot be written is named itself, not its folder, before the work and after', async () => {
  const path = join(folder, 'sub', 'grid.png');
  for (const [code, why] of [
    ['ENOENT', /its folder is gone or cannot be made there, or takes no files/],
    ['EACCES', /permission is denied/],
  ] as const) {
    const fileSystem = failingFileSystem({ code, when: 'open', path: /./ });
    const message = expect.stringMatching(new RegExp(`^Cannot write ${path}: ${why.source}`));
    await expect(prepareFile(path, { fileSystem })).rejects.toMatchObject({ message });
    await expect(writeFileAtomically(path, 'x', { fileSystem })).rejects.toMatchObject({ message });
  }
  await prepareFile(path);
  expect(await readdir(join(folder, 'sub'))).toEqual([]);
});
