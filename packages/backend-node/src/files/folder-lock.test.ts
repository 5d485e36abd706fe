import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { lockFolder } from './folder-lock';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'denoiser-'));
});
afterEach(() => rm(folder, { recursive: true }));

const holder = (changes: object) =>
  writeFile(
    join(folder, 'run.lock'),
    JSON.stringify({ pid: process.pid, host: hostname(), since: '2026-01-01T00:00:00.000Z', id: 'other', ...changes }),
  );

test('a folder has one holder; the second is told which, where and since when', async () => {
  const lock = await lockFolder(folder, { now: () => new Date('2026-03-04T05:06:07Z') });
  await expect(lockFolder(folder)).rejects.toMatchObject({
    isDenoiserError: true,
    code: 'run-locked',
    message: `${folder} is in use by process ${process.pid} on ${hostname()} since 2026-03-04T05:06:07.000Z; wait for it or stop it, or choose another folder.`,
  });
  await lock.release();
  expect(await readdir(folder)).toEqual([]);
  await (await lockFolder(folder)).release();
});

test('the lock of a process that has ended is taken over', async () => {
  const { pid } = spawnSync(process.execPath, ['--version']);
  await holder({ pid });
  const lock = await lockFolder(folder);
  expect(JSON.parse(await readFile(lock.path, 'utf8')).pid).toBe(process.pid);
  expect(await readdir(folder)).toEqual(['run.lock']);
});

test.runIf(process.platform === 'linux')(
  'another process with the number of a dead one does not keep its lock',
  async () => {
    await holder({ started: 'another boot/1' });
    await expect(lockFolder(folder)).resolves.toBeDefined();
  },
);

test('a lock that its writer did not get to fill is taken over', async () => {
  await writeFile(join(folder, 'run.lock'), '{"pid":');
  await expect(lockFolder(folder)).resolves.toBeDefined();
});

test('a lock of another machine stays, and the way out is told', async () => {
  await holder({ host: 'elsewhere', pid: 1 });
  await expect(lockFolder(folder, { isAlive: () => false })).rejects.toThrow(
    /process 1 on elsewhere.*delete .*run\.lock/,
  );
});

test('a lock of another container of this machine stays as that of another machine does, though its process is not seen', async () => {
  const mine = await lockFolder(folder, { space: 'machine/pid:[1]' });
  for (const isAlive of [() => false, undefined]) {
    await expect(lockFolder(folder, { space: 'machine/pid:[2]', isAlive })).rejects.toThrow(/delete .*run\.lock/);
  }
  await expect(lockFolder(folder, { space: 'machine/pid:[1]' })).rejects.toThrow('wait for it or stop it');
  await mine.release();
  expect(await readdir(folder)).toEqual([]);
});

test.runIf(process.platform === 'linux')('the space of process numbers is that of the process', async () => {
  const { path, release } = await lockFolder(folder);
  expect(JSON.parse(await readFile(path, 'utf8')).space).toMatch(/^[0-9a-f]*\/pid:\[\d+\]$/);
  await release();
});

test.each([
  'null',
  '5',
  '"x"',
  '[]',
  '{}',
  ...[0, -1, 1.5, '"x"', 'null', 1e300].map((pid) => `{"pid":${pid},"host":"a","since":"b","id":"c"}`),
  `{"pid":1,"host":5,"since":"b","id":"c"}`,
  `{"pid":1,"host":"${'a'.repeat(1e5)}","since":"b","id":"c"}`,
])('a damaged lock (%s) is named, with what to do', async (content) => {
  await writeFile(join(folder, 'run.lock'), content);
  await expect(lockFolder(folder)).rejects.toMatchObject({
    code: 'run-locked',
    message: `${join(folder, 'run.lock')} is damaged and does not say which process uses ${folder}; if none does, delete it, or choose another folder.`,
  });
  expect(await readFile(join(folder, 'run.lock'), 'utf8')).toBe(content);
});

test('what a lock says reaches messages without control characters', async () => {
  await holder({ host: 'else\x1b[2Jwhere' });
  await expect(lockFolder(folder)).rejects.toThrow('else\\x1b[2Jwhere');
});

test('of many that find a dead lock at once, one gets the folder', async () => {
  const isAlive = ({ started }: { started?: string }) => started !== 'dead';
  for (let round = 0; round < 20; round++) {
    await holder({ started: 'dead' });
    const results = await Promise.allSettled(Array.from({ length: 20 }, () => lockFolder(folder, { isAlive })));
    const fulfilled = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    expect(fulfilled).toHaveLength(1);
    expect(await readdir(folder)).toEqual(['run.lock']);
    await fulfilled[0].release();
  }
});

test('a takeover that was killed in its midst is no obstacle for long', async () => {
  await holder({ started: 'dead' });
  const guard = join(folder, 'run.lock.takeover');
  await mkdir(guard);
  await utimes(guard, new Date(0), new Date(0));
  await lockFolder(folder, { isAlive: () => false });
  expect(await readdir(folder)).toEqual(['run.lock']);
});

test('a release leaves the lock of another', async () => {
  const lock = await lockFolder(folder);
  await holder({});
  await lock.release();
  expect(await readdir(folder)).toEqual(['run.lock']);
});

test('a folder that is moved or replaced while it is held is noticed', async () => {
  const run = join(folder, 'run');
  await mkdir(run);
  const lock = await lockFolder(run);
  await expect(lock.check()).resolves.toBeUndefined();
  await rename(run, join(folder, 'elsewhere'));
  const moved = { code: 'folder-moved', message: expect.stringContaining(`${run} was moved or removed while`) };
  await expect(lock.check()).rejects.toMatchObject(moved);
  await mkdir(run);
  await (await lockFolder(run)).release();
  await expect(lock.check()).rejects.toMatchObject(moved);
});
