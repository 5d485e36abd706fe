import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { failingFileSystem } from '../../test/failing-file-system';
import { openLossLog, readLossLog } from './loss-log';

let path: string;
beforeEach(async () => {
  path = join(await mkdtemp(join(tmpdir(), 'denoiser-')), 'run', 'log.jsonl');
});
afterEach(() => rm(join(path, '..', '..'), { recursive: true }));

async function logSteps(steps: number[], options?: { upToStep: number }): Promise<void> {
  const log = await openLossLog(path, options);
  for (const step of steps) await log.append({ step, loss: 1 / step });
  await log.close();
}
const stepsRead = async () => (await readLossLog(path)).map(({ step }) => step);

test('records are lines of JSON, read back in order', async () => {
  expect(await readLossLog(path)).toEqual([]);
  await logSteps([1, 2]);
  await logSteps([4]);
  expect(await readFile(path, 'utf8')).toBe('{"step":1,"loss":1}\n{"step":2,"loss":0.5}\n{"step":4,"loss":0.25}\n');
  expect((await readLossLog(path))[2]).toEqual({ step: 4, loss: 0.25 });
});

test('a last line cut short is left out, and written over on resume', async () => {
  await logSteps([1, 2]);
  await appendFile(path, '{"step":3,"lo');
  expect(await stepsRead()).toEqual([1, 2]);
  await logSteps([3]);
  expect(await readFile(path, 'utf8')).toMatch(/\{"step":2,"loss":0\.5\}\n\{"step":3,"loss":0\.3+\}\n$/);
});

test('a resumed run drops the records past its checkpoint', async () => {
  await logSteps([1, 2, 3, 4]);
  await logSteps([3], { upToStep: 2 });
  expect(await stepsRead()).toEqual([1, 2, 3]);
});

test('a full disk and a path below a file are sentences', async () => {
  const fileSystem = failingFileSystem({ code: 'ENOSPC', when: 'appendFile', path: /log/ });
  const log = await openLossLog(path, { fileSystem });
  await expect(log.append({ step: 1, loss: 1 })).rejects.toThrow(`Cannot write ${path}: the disk is full`);
  await log.close();
  expect(await stepsRead()).toEqual([]);
  const below = join(path, 'x', 'log.jsonl');
  await writeFile(path, '');
  await expect(openLossLog(below)).rejects.toThrow(`Cannot read ${below}: a part of this path is a file`);
});
