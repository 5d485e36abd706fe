import { mkdirSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseConfig } from './config/parse-config';
import { checkNewRunFolder, clearLater, readConfig, runPaths, samplePath, writeConfig } from './run-folder';

const folder = () => mkdtempSync(join(tmpdir(), 'denoiser-run-'));

const newConfig = (input: object = {}) => parseConfig({ data: 'pictures', ...input }, 'test');

test('the defaults that depend on classes are those of the two original programs', () => {
  expect(newConfig()).toMatchObject({ epochs: 500, steps: null, training: { batchSize: 12 } });
  expect(newConfig({ conditional: true })).toMatchObject({ epochs: 300, training: { batchSize: 14 } });
  expect(newConfig({ steps: 1000 })).toMatchObject({ epochs: null, steps: 1000 });
  expect(newConfig({ sampleEvery: {} }).sampleEvery).toEqual({});
});

test('a configuration comes back from its file as it was', async () => {
  const run = folder();
  const config = newConfig();
  await writeConfig(runPaths(run), config);
  expect(readConfig(run)).toEqual(config);
});

test('a configuration that was spoiled is refused with the field at fault', async () => {
  const run = folder();
  const config = newConfig();
  await writeConfig(runPaths(run), { ...config, training: { ...config.training, learningRate: -1 } });
  expect(() => readConfig(run)).toThrow(
    /config\.json: The training option training\.learningRate is -1; give a number above 0\.$/,
  );
  writeFileSync(join(run, 'config.json'), '{"format": 1,');
  expect(() => readConfig(run)).toThrow('config.json is not JSON');
});

test('a new run takes an absent or empty folder, and never one in use', async () => {
  const run = folder();
  await expect(checkNewRunFolder(join(run, 'absent'), false)).resolves.toBeUndefined();
  await expect(checkNewRunFolder(run, false)).resolves.toBeUndefined();
  await writeConfig(runPaths(run), newConfig());
  writeFileSync(join(run, 'log.jsonl'), '');
  // Before its first checkpoint there is nothing to lose.
  await expect(checkNewRunFolder(run, false)).resolves.toBeUndefined();
  mkdirSync(join(run, 'checkpoints', 'step-00000001'), { recursive: true });
  await expect(checkNewRunFolder(run, false)).rejects.toThrow(`denoiser resume ${run}`);
  await expect(checkNewRunFolder(run, true)).resolves.toBeUndefined();

  const other = folder();
  writeFileSync(join(other, 'thesis.tex'), '');
  await expect(checkNewRunFolder(other, true)).rejects.toThrow('holds no run');
  await expect(checkNewRunFolder(join(other, 'thesis.tex'), true)).rejects.toThrow('is a file');
});

test('a project with a configuration and checkpoints of its own is no run', async () => {
  const project = folder();
  for (const name of ['checkpoints', 'samples']) mkdirSync(join(project, name));
  for (const config of ['{"name": "thesis"}', '{"format": 3}', '[]', '{', '{"data": "x", "format": "3"}']) {
    writeFileSync(join(project, 'config.json'), config);
    await expect(checkNewRunFolder(project, true), config).rejects.toThrow('holds no run');
  }
});

test('a run that goes on from before them loses the grids and averages of later steps', () => {
  const paths = runPaths(folder());
  clearLater(paths, { step: 3, epochsDone: 1 }); // nothing there yet
  for (const path of [paths.samples, paths.snapshots]) mkdirSync(path);
  for (const at of [{ epoch: 1 }, { epoch: 2 }, { step: 3 }, { step: 4 }]) writeFileSync(samplePath(paths, at), '');
  writeFileSync(join(paths.samples, 'favourite-9.png'), '');
  for (const step of ['step-00000003', 'step-00000004']) mkdirSync(join(paths.snapshots, step));
  clearLater(paths, { step: 3, epochsDone: 1 });
  expect(readdirSync(paths.samples).sort()).toEqual(['epoch-0001.png', 'favourite-9.png', 'step-00000003.png']);
  expect(readdirSync(paths.snapshots)).toEqual(['step-00000003']);
});

test('grids are named by what they close', () => {
  const paths = runPaths('runs/a');
  expect(samplePath(paths, { epoch: 3 })).toBe(join('runs/a', 'samples', 'epoch-0003.png'));
  expect(samplePath(paths, { step: 500 })).toBe(join('runs/a', 'samples', 'step-00000500.png'));
});
