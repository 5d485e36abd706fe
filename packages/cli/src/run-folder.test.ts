import { mkdirSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { newConfig, type TrainOptions } from './config';
import { checkNewRunFolder, clearRun, readConfig, runPaths, samplePath, writeConfig } from './run-folder';

const folder = () => mkdtempSync(join(tmpdir(), 'denoiser-run-'));

const options: TrainOptions = {
  size: 64,
  augment: true,
  lr: 3e-4,
  weightDecay: 0.01,
  emaDecay: 0.995,
  emaStart: 2000,
  dropoutLabels: 0.1,
  seed: 0,
  schedule: 'linear',
  noiseSteps: 1000,
  betaStart: 1e-4,
  betaEnd: 0.02,
  baseWidth: 64,
  timeDim: 256,
  device: 'auto',
  keep: 3,
  previewSteps: 50,
  guidance: 3,
};

test('the defaults that depend on classes are those of the two original programs', () => {
  expect(newConfig('x', options)).toMatchObject({ epochs: 500, steps: null, batchSize: 12 });
  expect(newConfig('x', { ...options, conditional: true })).toMatchObject({ epochs: 300, batchSize: 14 });
  expect(newConfig('x', { ...options, steps: 1000 })).toMatchObject({ epochs: null, steps: 1000 });
  expect(newConfig('x', { ...options, sampleEvery: 'never' }).sampleEvery).toBe('never');
});

test('a configuration comes back from its file as it was', async () => {
  const run = folder();
  const config = newConfig('pictures', options);
  await writeConfig(runPaths(run), config);
  expect(readConfig(run)).toEqual(config);
});

test('a configuration that was spoiled is refused with the field at fault', async () => {
  const run = folder();
  await writeConfig(runPaths(run), { ...newConfig('pictures', options), lr: -1 });
  expect(() => readConfig(run)).toThrow(/config\.json does not describe a run \(lr: .*\)/);
  writeFileSync(join(run, 'config.json'), '{"format": 1,');
  expect(() => readConfig(run)).toThrow('config.json is not JSON');
});

test('a new run takes an absent or empty folder, and never one in use', async () => {
  const run = folder();
  expect(() => checkNewRunFolder(join(run, 'absent'), false)).not.toThrow();
  expect(() => checkNewRunFolder(run, false)).not.toThrow();
  await writeConfig(runPaths(run), newConfig('pictures', options));
  expect(() => checkNewRunFolder(run, false)).toThrow(`denoiser resume ${run}`);
  expect(() => checkNewRunFolder(run, true)).not.toThrow();

  const other = folder();
  writeFileSync(join(other, 'thesis.tex'), '');
  expect(() => checkNewRunFolder(other, true)).toThrow('holds no run');
  expect(() => checkNewRunFolder(join(other, 'thesis.tex'), true)).toThrow('is a file');
});

test('clearing a run leaves files that are not of it', async () => {
  const run = folder();
  const paths = runPaths(run);
  await writeConfig(paths, newConfig('pictures', options));
  mkdirSync(paths.samples);
  writeFileSync(join(run, 'notes.txt'), '');
  clearRun(paths);
  expect(readdirSync(run)).toEqual(['notes.txt']);
});

test('grids are named by what they close', () => {
  const paths = runPaths('runs/a');
  expect(samplePath(paths, { epoch: 3 })).toBe(join('runs/a', 'samples', 'epoch-0003.png'));
  expect(samplePath(paths, { step: 500 })).toBe(join('runs/a', 'samples', 'step-00000500.png'));
});
