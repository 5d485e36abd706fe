import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeAll, expect, test } from 'vitest';
import { temporaryFolder } from './command';
import { fails, succeeds } from './in-process';
import { writeDigits } from './pictures';

const cwd = temporaryFolder();
const tiny = ['--size', '16', '--base-width', '8', '--time-dim', '32', '--noise-steps', '20', '--preview-steps', '3'];
const train = ['train', 'digits', '--conditional', ...tiny, '--learned-variance', '--batch-size', '4'];
const json = (...parts: string[]) => JSON.parse(readFileSync(join(cwd, ...parts), 'utf8'));
const bytes = (...parts: string[]) => readFileSync(join(cwd, ...parts)).toString('base64');
/** Files of pictures say how they were drawn, too. */
const pixels = async (file: string) => (await sharp(join(cwd, file)).raw().toBuffer()).toString('base64');
const draw = (source: string, out: string, ...args: string[]) =>
  succeeds(['sample', source, '--count', '2', '--steps', '4', '--out', out, ...args], { cwd });

beforeAll(async () => {
  await writeDigits(join(cwd, 'digits'), [3, 5], 4);
  await succeeds([...train, '--steps', '4', '--out', 'whole'], { cwd });
});

test('a run with --learned-variance trains a network of twice the channels, and goes on bit for bit', async () => {
  const state = json('whole/checkpoints/step-00000004/state.json');
  expect(state.architecture.config).toMatchObject({ channels: 3, learnedVariance: true });
  expect(json('whole/config.json').training.variance).toEqual({ type: 'learned-range', vlbWeight: 0.001 });

  await succeeds([...train, '--steps', '2', '--out', 'parts'], { cwd });
  await succeeds(['resume', 'parts', '--steps', '4'], { cwd });
  for (const file of [
    'model.safetensors',
    'ema.safetensors',
    'optimizer.safetensors',
    '../../samples/epoch-0002.png',
  ]) {
    const of = (run: string) => bytes(run, 'checkpoints/step-00000004', file);
    expect(of('parts') === of('whole'), file).toBe(true);
  }
});

test('pictures are drawn with the learned variance unless another is asked for, from bare weights, too', async () => {
  cpSync(join(cwd, 'whole/checkpoints/step-00000004/ema.safetensors'), join(cwd, 'bare.safetensors'));
  const how = ['--size', '16', '--noise-steps', '20'];
  await draw('whole', 'default.png');
  await draw('whole', 'learned.png', '--variance', 'learned-range');
  await draw('whole', 'fixed.png', '--variance', 'posterior');
  await draw('bare.safetensors', 'bare.png', ...how);
  const usual = await pixels('default.png');
  expect((await pixels('learned.png')) === usual).toBe(true);
  expect((await pixels('bare.png')) === usual).toBe(true);
  expect((await pixels('fixed.png')) === usual).toBe(false);
  await draw('whole', 'ddim.png', '--sampler', 'ddim');
});

test('bits per dimension are those of the learned variance', async () => {
  const evaluate = (run: string) =>
    succeeds(['eval', run, '--data', 'digits', '--count', '4', '--steps', '4', '--json', `${run}.json`], { cwd });
  await evaluate('whole');
  const { bitsPerDimension } = json('whole.json');
  // After four steps v is near 0: a variance above the posterior's, by which a poor mean costs fewer bits.
  await succeeds(['train', 'digits', '--conditional', ...tiny, '--batch-size', '4', '--steps', '4', '--out', 'fixed'], {
    cwd,
  });
  await evaluate('fixed');
  expect(bitsPerDimension.mean).toBeGreaterThan(bitsPerDimension.prior);
  expect(bitsPerDimension.mean).toBeLessThan(json('fixed.json').bitsPerDimension.mean);
});

test('a variance that was not learned is refused in one sentence', async () => {
  expect(await fails(['sample', 'fixed', '--variance', 'learned-range'], { cwd })).toContain('did not');
});
