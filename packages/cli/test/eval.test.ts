import { copyFileSync, cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readSafetensors, writeSafetensors } from '@denoiser/safetensors';
import { beforeAll, expect, test } from 'vitest';
import { succeeds as succeedsAlone, temporaryFolder } from './command';
import { fails, succeeds } from './in-process';
import { writeDigits } from './pictures';

const cwd = temporaryFolder();
const evaluate = (...args: string[]) => succeeds(['eval', 'run', '--data', 'digits', '--steps', '3', ...args], { cwd });
const json = (file: string) => JSON.parse(readFileSync(join(cwd, file), 'utf8'));

const tiny = ['--size', '16', '--base-width', '8', '--time-dim', '32', '--preview-steps', '2', '--noise-steps', '20'];
const train = ['train', 'digits', '--conditional', ...tiny, '--steps', '2', '--batch-size', '3'];

beforeAll(async () => {
  await writeDigits(join(cwd, 'digits'), [3, 5], 4);
  await succeeds([...train, '--out', 'run'], { cwd });
});

test('what a run held out is taken by itself; where it was trained on the images, that is said', async () => {
  const trained = await succeeds([...train, '--validation', '0.5', '--out', 'held'], { cwd });
  const count = Number(/(\d+) more held out/.exec(trained)?.[1]);
  const few = ['--steps', '3', '--count', '4', '--json', 'held.json'];
  for (const path of ['held', 'held/checkpoints/step-00000002', 'held/best/step-00000002']) {
    const printed = await succeeds(['eval', path, ...few], { cwd });
    expect(printed).toMatch(new RegExp(`images +\\d of ${count} held out from .*digits\n`));
    expect(json('held.json')).toMatchObject({ seen: false, data: join(cwd, 'digits') });
  }
  expect(await evaluate('--count', '4')).toMatch(/^caution +the run was trained on images of digits.*; give others$/m);
  cpSync(join(cwd, 'digits'), join(cwd, 'elsewhere'), { recursive: true });
  const others = await succeeds(['eval', 'held', '--data', 'elsewhere', ...few], { cwd });
  expect(others).not.toContain('caution');
  expect(json('held.json')).toMatchObject({ seen: null, data: 'elsewhere' });
});

test('bad images are named in one list, or left out where that is asked for', async () => {
  cpSync(join(cwd, 'digits'), join(cwd, 'bad'), { recursive: true });
  for (const name of ['3/cut.png', '5/none.jpg']) writeFileSync(join(cwd, 'bad', name), 'no picture');
  const line = await fails(['eval', 'run', '--data', 'bad'], { cwd });
  expect(line).toMatch(/2 files cannot be read as images: .*cut\.png \(.*\), .*none\.jpg \(.*\); .*--skip-bad/);
  const printed = await succeeds(['eval', 'run', '--data', 'bad', '--skip-bad', '--steps', '3', '--count', '4'], {
    cwd,
  });
  expect(printed).toMatch(/^images +4 of 8 from bad$/m);
  expect(printed).toMatch(/^drawing +4 pictures of 16×16 by ddpm in 3 steps, seed 0, guidance 3$/m);
  expect(printed).not.toMatch(/\de[+-]\d/);
  expect(printed).toMatch(/^skipped +2 other files: cut\.png, none\.jpg/m);

  const bad = train.with(1, 'bad');
  expect(await fails([...bad, '--out', 'skips'], { cwd })).toMatch(/2 files cannot be read as images/);
  expect(await succeeds([...bad, '--skip-bad', '--out', 'skips'], { cwd })).toMatch(/8 from .*skipped 2 other files/);
  expect(await succeeds(['resume', 'skips', '--steps', '3'], { cwd })).toContain('skipped 2 other files');
});

test('prints tables and writes JSON; the batch size changes nothing beyond rounding', async () => {
  const args = ['eval', 'run', '--data', 'digits', '--steps', '3', '--count', '6', '--json', 'out/a.json'];
  const printed = await succeedsAlone(args, { cwd });
  for (const row of [
    /^ {2}mean +1\.\d+ +± 0\./m,
    /^ {2}bits\/dim +\d/m,
    /^ {2}sliced Wasserstein, pixels +\d\.\d{4}/m,
  ]) {
    expect(printed).toMatch(row);
  }
  const a = json('out/a.json');
  expect(a).toMatchObject({ images: 6, pictures: 6, sampler: 'ddpm', steps: 3, seed: 0, features: null });
  expect(a.validationLoss.byTime).toHaveLength(10);
  expect(a.bitsPerDimension.mean).toBeGreaterThan(a.bitsPerDimension.prior);
  expect(a.pixels.patches).toEqual([{ height: 16, width: 16, distance: expect.any(Number) }]);

  await evaluate('--count', '6', '--json', 'b.json', '--batch-size', '4');
  const b = json('b.json');
  expect(b.validationLoss.mean.mean).toBeCloseTo(a.validationLoss.mean.mean, 5);
  expect(b.pixels.slicedWasserstein).toBeCloseTo(a.pixels.slicedWasserstein, 2);
});

test('another sampler draws other pictures; what is measured on images stays', async () => {
  await evaluate('--count', '4', '--json', 'ddpm.json');
  await evaluate('--count', '4', '--json', 'ddim.json', '--sampler', 'ddim', '--guidance', '1');
  const [ddpm, ddim] = [json('ddpm.json'), json('ddim.json')];
  expect(ddim.validationLoss).toEqual(ddpm.validationLoss);
  expect(ddim.bitsPerDimension).toEqual(ddpm.bitsPerDimension);
  expect(ddim.pixels).not.toEqual(ddpm.pixels);
});

test('bad requests are one sentence each, before the work', async () => {
  mkdirSync(join(cwd, 'empty'));
  copyFileSync(join(cwd, 'run/checkpoints/step-00000002/ema.safetensors'), join(cwd, 'copy.safetensors'));
  await writeDigits(join(cwd, 'others'), [8], 2);
  const refused: [args: string[], message: RegExp][] = [
    [['run'], /run held no images out; give some .*--data <folder>.*--validation/],
    [['copy.safetensors'], /copy\.safetensors is not in a run folder.*--data <folder>/],
    [['nowhere', '--data', 'digits'], /There is no nowhere/],
    [['run', '--data', 'nowhere'], /nowhere/],
    [['run', '--data', 'empty'], /empty/],
    [['run', '--data', 'others'], /others\/8: the network has the classes 3, 5/],
    [['run', '--data', 'digits', '--count', '1'], /--count .*'1'/],
    [['run', '--data', 'digits', '--steps', '21'], /--steps 21 .* 20 steps/],
    [['run', '--data', 'digits', '--sampler', 'magic'], /--sampler magic/],
    [['run', '--data', 'digits', '--json', 'digits'], /--json digits is a folder/],
    [['run', '--data', 'digits', '--features', 'net.onnx'], /net\.onnx: there is no such file|does not exist/],
    [['run', '--data', 'digits', '--features', 'run/log.jsonl'], /run\/log\.jsonl: give model\.json/],
    [['run', '--data', 'digits', '--features', 'run/config.json'], /no model\.json of a tfjs layers model/],
    [['run', '--data', 'digits', '--features', 'x.json', '--count', '5'], /at least 6 are needed/],
    [['run', '--data', 'digits', '--feature-layer', 'x'], /--feature-layer .* --features/],
  ];
  for (const [args, message] of refused) expect(await fails(['eval', ...args], { cwd })).toMatch(message);
  expect(existsSync(join(cwd, 'digits/evaluation.json'))).toBe(false);
});

test('a bare file is measured as its options say it was trained', async () => {
  const { tensors } = readSafetensors(readFileSync(join(cwd, 'run/checkpoints/step-00000002/ema.safetensors')));
  writeFileSync(join(cwd, 'bare.safetensors'), writeSafetensors({ metadata: {}, tensors }));
  const how = ['--data', 'numbered', '--steps', '3', '--count', '4'];
  const trained = ['--size', '16', '--noise-steps', '20', '--prediction', 'epsilon', '--schedule', 'linear'];
  await evaluate('--count', '4', '--json', 'run.json');
  // Its classes are known by their numbers.
  for (const [i, name] of ['3', '5'].entries())
    cpSync(join(cwd, 'digits', name), join(cwd, 'numbered', `${i}`), { recursive: true });
  await succeeds(['eval', 'bare.safetensors', ...how, ...trained, '--json', 'bare.json'], { cwd });
  const { validationLoss, bitsPerDimension } = json('run.json');
  expect(json('bare.json')).toMatchObject({ validationLoss, bitsPerDimension });
});
