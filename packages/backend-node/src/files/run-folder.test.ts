import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { clearRunFolder, isRunFolder } from './run-folder';

const folder = () => mkdtempSync(join(tmpdir(), 'denoiser-run-'));
const write = (root: string, names: readonly string[]) => {
  for (const name of names) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), name);
  }
};

const MADE = [
  ...['config.json', 'log.jsonl', 'validation.jsonl', 'loss-by-t.jsonl', 'loss.svg', 'report.html'],
  ...['samples/epoch-0003.png', 'samples/step-00000500.png', 'tb/events.out.tfevents.1.host'],
  ...['checkpoints/step-00000500/model.safetensors', 'checkpoints/step-00000500/state.json'],
  ...['checkpoints/.step-00000500.12-ab.old/state.json', 'best/step-00000400/state.json'],
  ...['snapshots/step-00000100/power-ema.safetensors', '.config.json.12-ab.tmp'],
];
const OWN = [
  ...['notes.txt', 'samples/mine.txt', 'samples/final.png', 'best/photo.txt', 'tb/notes', 'src/config.json'],
  ...['checkpoints/step-00000500/notes.txt', 'checkpoints/mine/model.safetensors', 'snapshots/step-1.txt'],
];

test('all that a run made goes, and nothing else, wherever it lies', async () => {
  const run = folder();
  write(run, MADE);
  await clearRunFolder(run);
  expect(readdirSync(run)).toEqual([]);

  write(run, [...MADE, ...OWN]);
  await clearRunFolder(run);
  for (const name of MADE) expect(existsSync(join(run, name)), name).toBe(false);
  for (const name of OWN) expect(readFileSync(join(run, name), 'utf8')).toBe(name);
});

test('links are not followed', async () => {
  const [run, elsewhere] = [folder(), folder()];
  write(elsewhere, ['step-00000500/state.json']);
  symlinkSync(elsewhere, join(run, 'checkpoints'));
  await clearRunFolder(run);
  expect(readdirSync(elsewhere)).toEqual(['step-00000500']);
});

test('a run is known by what its configuration says, not by names alone', async () => {
  const run = folder();
  expect(await isRunFolder(run)).toBe(false);
  expect(await isRunFolder(join(run, 'absent'))).toBe(false);
  write(run, ['config.json', 'log.jsonl', 'checkpoints/step-00000500/state.json']);
  expect(await isRunFolder(run)).toBe(false);
  writeFileSync(join(run, 'config.json'), JSON.stringify({ format: 3, data: 'pictures' }));
  expect(await isRunFolder(run)).toBe(true);
  writeFileSync(join(run, 'config.json'), JSON.stringify({ format: 3, data: 'pictures', more: 'x'.repeat(2 ** 21) }));
  expect(await isRunFolder(run)).toBe(false);
});
