import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { failingFileSystem } from '../../test/failing-file-system';
import { stoppingFileSystem } from '../../test/stopping-file-system';
import { fileCheckpointStore } from './file-checkpoint-store';

let folder: string;
beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'denoiser-')), 'checkpoints');
});
afterEach(() => rm(join(folder, '..'), { recursive: true }));

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (data: Uint8Array) => new TextDecoder().decode(data);
const files = (content: string) =>
  new Map([
    ['model.safetensors', bytes(content)],
    ['state.json', bytes(`{"is":"${content}"}`)],
  ]);

test('what is written is listed and read back', async () => {
  const store = fileCheckpointStore(folder);
  expect(await store.list()).toEqual([]);
  await store.write(1200, files('weights'));
  expect(await store.list()).toEqual([1200]);
  expect(text(await store.read(1200, 'model.safetensors'))).toBe('weights');
  expect(text(await fileCheckpointStore(folder).read(1200, 'state.json'))).toBe('{"is":"weights"}');
  expect(await readdir(folder)).toEqual(['step-00001200']);
});

test('a file is opened and read in parts, with its sum', async () => {
  const store = fileCheckpointStore(folder);
  await store.write(3, files('weights'));
  const sum = createHash('sha256').update('weights').digest('hex');
  const opened = await store.open?.(3, 'model.safetensors');
  expect(opened?.length).toBe(7);
  expect(text((await opened?.read(1, 4)) as Uint8Array)).toBe('eig');
  expect(await opened?.sha256()).toBe(sum);
  await opened?.close();
  await expect(store.open?.(3, 'ema.safetensors')).rejects.toMatchObject({ code: 'checkpoint-damaged' });
  await expect(store.open?.(4, 'model.safetensors')).rejects.toMatchObject({ code: 'checkpoint-missing' });
  await expect(store.open?.(3, '../a')).rejects.toMatchObject({ code: 'option-invalid' });
});

test('the last three stay by default, as in the command, or as many as are asked for', async () => {
  const store = fileCheckpointStore(folder);
  for (const step of [9, 10, 11, 100000000]) await store.write(step, files(String(step)));
  expect(await store.list()).toEqual([10, 11, 100000000]);
  const all = fileCheckpointStore(folder, { keep: Number.POSITIVE_INFINITY });
  await all.write(200000000, files('x'));
  expect(await all.list()).toEqual([10, 11, 100000000, 200000000]);
  await fileCheckpointStore(folder, { keep: 1 }).write(300000000, files('x'));
  expect(await all.list()).toEqual([300000000]);
});

test('the one just written stays even if later ones are there', async () => {
  const store = fileCheckpointStore(folder, { keep: 2 });
  for (const step of [10, 20, 15]) await store.write(step, files(String(step)));
  expect(await store.list()).toEqual([15, 20]);
});

test('a step written again replaces the old one whole', async () => {
  const store = fileCheckpointStore(folder);
  await store.write(5, new Map([...files('old'), ['extra', bytes('x')]]));
  await store.write(5, files('new'));
  expect(text(await store.read(5, 'model.safetensors'))).toBe('new');
  expect(await readdir(join(folder, 'step-00000005'))).toEqual(['model.safetensors', 'state.json']);
  expect(await readdir(folder)).toEqual(['step-00000005']);
});

test.each([
  ['a new step', [1], 2, 1],
  ['a step again, the only one', [1], 1, 1],
  ['a step again, among others', [1, 2], 2, 2],
])('a process that stops at any call, writing %s, leaves a whole checkpoint', async (_, before, step, keep) => {
  const wholeAt = async (moment: number): Promise<number> => {
    await rm(folder, { recursive: true, force: true });
    for (const old of before) await fileCheckpointStore(folder, { keep }).write(old, files(`old ${old}`));
    const fileSystem = stoppingFileSystem();
    fileSystem.callsLeft = moment;
    await fileCheckpointStore(folder, { keep, fileSystem })
      .write(step, files(`new ${step}`))
      .catch(() => {});
    const reader = fileCheckpointStore(folder, { keep });
    const steps = await reader.list();
    expect(steps.length, `after ${moment} calls`).toBeGreaterThanOrEqual(before.length);
    for (const found of steps) {
      const contents = await Promise.all(
        ['model.safetensors', 'state.json'].map(async (file) => text(await reader.read(found, file))),
      );
      const word = /^(old|new) \d+$/.exec(contents[0])?.[0];
      expect(contents, `step ${found} after ${moment} calls`).toEqual([word, `{"is":"${word}"}`]);
      expect(word?.endsWith(String(found))).toBe(true);
    }
    // The next write brings it back under its own name, and cleans up.
    await fileCheckpointStore(folder, { keep: Number.POSITIVE_INFINITY }).write(9, files('nine'));
    expect(await reader.list()).toEqual([...steps, 9]);
    expect((await readdir(folder)).filter((name) => name.startsWith('.'))).toEqual([]);
    return fileSystem.calls;
  };
  const calls = await wholeAt(Number.POSITIVE_INFINITY);
  expect(calls).toBeGreaterThan(6);
  for (let moment = 0; moment < calls; moment++) await wholeAt(moment);
});

test('writes of one folder wait for each other, whichever store they go through', async () => {
  const stores = [fileCheckpointStore(folder, { keep: 2 }), fileCheckpointStore(folder, { keep: 2 })];
  const written = Array.from({ length: 12 }, (_, i) => stores[i % 2].write(i % 4, files(`write ${i}`)));
  await Promise.all(written);
  expect(await stores[0].list()).toEqual([2, 3]);
  expect(text(await stores[0].read(3, 'model.safetensors'))).toBe('write 11');
  expect(await readdir(folder)).toEqual(['step-00000002', 'step-00000003']);
});

test.each(['writeFile', 'rename'] as const)('a full disk at %s loses nothing and leaves no half', async (when) => {
  await fileCheckpointStore(folder).write(1, files('good'));
  const fileSystem = failingFileSystem({
    code: 'ENOSPC',
    when,
    path: when === 'rename' ? /step-00000002/ : /state\.json/,
  });
  const store = fileCheckpointStore(folder, { fileSystem });
  await expect(store.write(2, files('bad'))).rejects.toMatchObject({
    isDenoiserError: true,
    message: `Cannot write ${join(folder, 'step-00000002')}: the disk is full: free some space or choose another folder.`,
  });
  expect(await store.list()).toEqual([1]);
  expect(text(await store.read(1, 'state.json'))).toBe('{"is":"good"}');
  expect(await readdir(folder)).toEqual(['step-00000001']);
});

test('what a killed write left is not listed, and goes with the next write; strangers stay', async () => {
  const half = '.step-00000007.123-abcdef01.tmp';
  await mkdir(join(folder, half), { recursive: true });
  await writeFile(join(folder, half, 'model.safetensors'), 'hal');
  await writeFile(join(folder, 'notes.txt'), 'mine');
  await mkdir(join(folder, 'step-7'));
  const store = fileCheckpointStore(folder);
  expect(await store.list()).toEqual([]);
  await store.write(8, files('x'));
  expect((await readdir(folder)).sort()).toEqual(['notes.txt', 'step-00000008', 'step-7']);
});

test('a checkpoint or a file that is not there is named, with what there is', async () => {
  const store = fileCheckpointStore(folder);
  await expect(store.read(3, 'state.json')).rejects.toThrow(
    `There is no checkpoint in ${folder}: check the path, or train first.`,
  );
  await store.write(4, files('x'));
  await expect(store.read(3, 'state.json')).rejects.toThrow(`no checkpoint of step 3 in ${folder}: choose one of 4.`);
  await expect(store.read(4, 'ema.safetensors')).rejects.toThrow(/step-00000004 has no file ema\.safetensors/);
});

test('a path that is a file, and names that leave the folder, are refused', async () => {
  await mkdir(folder);
  await writeFile(join(folder, 'file'), '');
  const store = fileCheckpointStore(join(folder, 'file'));
  await expect(store.list()).rejects.toThrow(/file: a part of this path is a file, not a folder/);
  await expect(store.write(1, files('x'))).rejects.toMatchObject({ isDenoiserError: true });
  const good = fileCheckpointStore(folder);
  await expect(good.write(1, new Map([['../x', bytes('')]]))).rejects.toThrow(/plain name.*not "\.\.\/x"/);
  await expect(good.write(1.5, files('x'))).rejects.toThrow(/whole number, 0 or more, not 1\.5/);
  expect(() => fileCheckpointStore(folder, { keep: 0 })).toThrow(/1 or more, not 0/);
});
