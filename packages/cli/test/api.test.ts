import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeAll, expect, test } from 'vitest';
import { drawImages, evaluate, openImageFolder, openModel, type StepLine, train, writePngGrid } from '../src';
import { writeDigits } from './pictures';

const cwd = mkdtempSync(join(tmpdir(), 'denoiser-api-'));
const data = join(cwd, 'digits');
const out = join(cwd, 'runs/a');
const tiny = {
  size: 16,
  channels: 1,
  network: { baseWidth: 4, timeDim: 8 },
  batchSize: 4,
  samples: 2,
  previewSteps: 2,
} as const;
const run = { data, conditional: true, out, ...tiny, sampleEvery: {}, checkpointEvery: { steps: 2 } };

beforeAll(() => writeDigits(data, [3, 7], 4));

test('a run is trained, gone on with, and ended by a signal, as the command does it', async () => {
  const lines: StepLine[] = [];
  const grids: string[] = [];
  const watch = {
    onStep: (line: StepLine) => void lines.push(line),
    onSamples: (grid: { path: string }) => void grids.push(grid.path),
  };
  const first = await train({ ...run, ...watch, steps: 3, learningRate: 1e-3 });
  expect(first).toMatchObject({ folder: out, status: 'finished', step: 3, firstStep: 0 });
  expect(lines.map(({ step }) => step)).toEqual([1, 2, 3]);
  expect(grids).toEqual([first.samples]);
  for (const path of [first.samples, first.paths.report, first.paths.curve]) expect(existsSync(path), path).toBe(true);
  expect(JSON.parse(readFileSync(first.paths.config, 'utf8')).training.learningRate).toBe(1e-3);

  const second = await train({ ...run, ifExists: 'resume', steps: 5 });
  expect(second).toMatchObject({ status: 'finished', step: 5, firstStep: 3 });
  expect(JSON.parse(readFileSync(second.paths.config, 'utf8')).training.learningRate).toBe(1e-3);

  const controller = new AbortController();
  const onStep = ({ step }: StepLine) => step === 7 && controller.abort();
  const third = await train({
    ...run,
    ifExists: 'resume',
    steps: 50,
    signal: controller.signal,
    onStep: (line) => void onStep(line),
  });
  expect(third.status).toBe('stopped');
  expect(third.step).toBeGreaterThanOrEqual(7);
});

test('what it made is opened, drawn from and measured in a few lines', async () => {
  const grid = join(cwd, 'grid.png');
  using model = await openModel(out);
  const images = await drawImages(model, {
    count: 4,
    sampler: 'dpmpp-2m',
    steps: 3,
    classes: ['7'],
    guidance: 2,
    seed: 7,
  });
  await writePngGrid(grid, images);
  expect((await sharp(grid).metadata()).width).toBe(2 * 66 + 2);
  const photo = join(cwd, 'photo.png');
  writeFileSync(
    photo,
    await sharp({ create: { width: 40, height: 30, channels: 3, background: '#a03010' } })
      .png()
      .toBuffer(),
  );
  const drawn = await drawImages(model, { image: photo, strength: 0.1, steps: 10, count: 1 });
  expect(drawn.count).toBe(1);
  const { dataset } = await openImageFolder(data, { size: [16, 16], channels: 1, conditional: true, augment: false });
  const found = await evaluate(model, { data: dataset, count: 4, steps: 2 });
  expect(found.validationLoss.mean.mean).toBeGreaterThan(0);
});

test('a bad request is a sentence, and nothing is lost by it', async () => {
  const before = readFileSync(join(out, 'config.json'), 'utf8');
  const wrong: [options: object, message: RegExp][] = [
    [{ stpes: 3 }, /train has no option "stpes"; did you mean `steps`\?/],
    [{ size: 15 }, /size is 15/],
    [{ batchSize: 0 }, /batchSize/],
    [{ steps: 1 }, /holds a run already/],
    [{ data: '' }, /`data` is missing/],
    [{ data: join(cwd, 'nowhere'), ifExists: 'replace' }, /nowhere/],
    [{ conditional: false, guidance: 2, ifExists: 'replace', classNames: ['a'] }, /classNames/],
  ];
  for (const [options, message] of wrong) await expect(train({ ...run, ...options })).rejects.toThrow(message);
  expect(readFileSync(join(out, 'config.json'), 'utf8')).toBe(before);
  expect(existsSync(join(out, 'checkpoints'))).toBe(true);
});

test('a run that ended before its first checkpoint begins anew when it is to be gone on with', async () => {
  const early = join(cwd, 'runs/early');
  const begun = await train({ ...run, out: early, steps: 1 });
  rmSync(begun.paths.checkpoints, { recursive: true });
  expect(await train({ ...run, out: early, steps: 2, ifExists: 'resume' })).toMatchObject({ step: 2, firstStep: 0 });
});

test('a run is replaced only once what it begins with has been read', async () => {
  const path = join(cwd, 'runs/again');
  await train({ ...run, out: path, steps: 1 });
  const replace = { ...run, out: path, steps: 1, ifExists: 'replace' } as const;
  await expect(train({ ...replace, from: join(cwd, 'nowhere') })).rejects.toThrow();
  expect((await openModel(path)).step).toBe(1);
  expect(await train({ ...replace, from: path })).toMatchObject({ status: 'finished', step: 1 });
});

test('models are where they are said to be, or there is a sentence', async () => {
  await expect(openModel(join(cwd, 'nowhere'))).rejects.toThrow(
    'give a run folder, a .safetensors file, or one of the models digits, emoji, glyphs',
  );
  await expect(openModel(data)).rejects.toThrow('is no run folder');
  using one = await openModel(join(out, 'checkpoints/step-00000006'));
  expect(one.step).toBe(6);
});
