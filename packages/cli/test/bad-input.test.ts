import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeSafetensors } from '@denoiser/safetensors';
import { beforeAll, expect, test } from 'vitest';
import { fails as failsAlone, temporaryFolder } from './command';
import { denoiser, fails, succeeds } from './in-process';
import { writeDigits } from './pictures';

const cwd = temporaryFolder();
const tiny = ['--size', '16', '--base-width', '8', '--time-dim', '32', '--preview-steps', '2', '--samples', '1'];
const once = ['--checkpoint-every', 'never', '--sample-every', 'never'];
const checkpoint = 'run/checkpoints/step-00000002';
const path = (...parts: string[]) => join(cwd, ...parts);

beforeAll(async () => {
  await writeDigits(path('digits'), [0, 1], 2);
  await succeeds(['train', 'digits', '--conditional', ...tiny, ...once, '--steps', '2', '--out', 'run'], { cwd });
  mkdirSync(path('empty'));
  mkdirSync(path('text'));
  writeFileSync(path('text/photo.png'), 'This is no picture.');
  mkdirSync(path('cut'));
  const png = readFileSync(path('digits/0/0.png'));
  writeFileSync(path('cut/cut.png'), png.subarray(0, png.length >> 1));
});

test.each<[what: string, args: string[], message: RegExp]>([
  ['an unknown option', ['train', 'digits', '--epochz', '3'], /--epochz.*did you mean --epochs\?/],
  ['an unknown command', ['trian', 'digits'], /trian.*did you mean train\?/],
  ['an empty path', ['train', ''], /<data> is empty/],
  ['an empty option', ['train', 'digits', '--out', ''], /--out is empty/],
  ['an empty one of several', ['sample', 'run', '--class', '1', '--class', ''], /--class is empty/],
  ['a sampler that is none', ['sample', 'run', '--sampler', 'dpmp-2m'], /did you mean dpmpp-2m\?/],
  ['a number that is none', ['train', 'digits', '--lr', '0x10'], /--lr must be .*'0x10'/],
  ['no use for a seed', ['sample', 'run', '--invert', 'digits/0/0.png', '--seed', '3'], /no use for --seed/],
  ['two limits', ['train', 'digits', '--hours', '1', '--minutes', '3'], /--minutes and --hours/],
  ['fewer steps than are done', ['resume', 'run', '--steps', '1'], /--steps 1 would end this run before .* 2 steps/],
  ['no folder', ['train'], /folder.*denoiser train --help/],
  [
    'a size not divisible by 8',
    ['train', 'digits', '--size', '30'],
    /--size must be divisible by 8, got 30; try 24 or 32/,
  ],
  ['β that falls', ['train', 'digits', '--beta-end', '1e-5'], /--beta-end 0\.00001 is below --beta-start/],
  ['an absent folder', ['train', 'absent'], /absent.*does not exist/],
  ['an empty folder', ['train', 'empty'], /empty has no image/],
  ['a folder without classes', ['train', 'cut', '--conditional'], /cut has no subfolders/],
  ['a file that is no image', ['train', 'text'], /photo\.png.*not an image/],
  ['a truncated PNG', ['train', 'cut'], /cut\.png.*damaged or truncated/],
  ['an unknown device', ['train', 'digits', '--device', 'abacus'], /abacus/],
  [
    'half precision on the processor',
    ['sample', 'run', '--device', 'engine', '--precision', 'f16'],
    /--precision f16 is for WebGPU, and this device computes with float32 alone/,
  ],
  ['a run in the way', ['train', 'digits', '--out', 'run'], /denoiser resume run.*--overwrite/],
  ['another folder in the way', ['train', 'digits', '--out', 'digits'], /digits is not empty/],
  ['an output that is a file', ['train', 'digits', '--out', 'text/photo.png'], /photo\.png is a file/],
  ['an output below a file', ['train', 'digits', '--out', 'text/photo.png/run'], /photo\.png.*is a file/],
  ['no run to resume', ['resume', 'absent'], /no run folder absent/],
  ['a folder that is no run', ['resume', 'digits'], /digits is no run folder/],
  ['no run to sample', ['sample', 'absent'], /no absent/],
  ['a folder without checkpoints', ['sample', 'cut'], /cut is no run folder/],
])('%s gets one line that says what to do', async (_, args, message) => {
  expect(await fails(args, { cwd })).toMatch(message);
  expect(existsSync(path('runs')), 'nothing is left behind').toBe(false);
});

test('sizes that nothing here can hold are refused at once, and named', async () => {
  cpSync(path('run'), path('endless'), { recursive: true });
  const config = JSON.parse(readFileSync(path('endless/config.json'), 'utf8'));
  const training = { ...config.training, process: { ...config.training.process, steps: 1e9 } };
  writeFileSync(path('endless/config.json'), JSON.stringify({ ...config, training }));
  expect(await fails(['resume', 'endless', '--steps', '4'], { cwd })).toMatch(
    /process\.steps is 1000000000; give a whole number from 1 to 100000/,
  );
  expect(await fails(['sample', 'run', '--count', '1000000000'], { cwd })).toMatch(
    /--count 1000000000 images of 16×16 take \d+ GiB, and this machine has \d+; draw them in parts, each with a --seed/,
  );
  expect(await fails(['train', 'digits', '--base-width', '2048'], { cwd })).toMatch(/smaller --base-width/);
});

test('a picture that is drawn into the images of a run is told of', async () => {
  const { code, stderr } = await denoiser(['sample', 'run', '--steps', '1', '--out', 'digits/0/grid.png'], { cwd });
  expect([code, stderr]).toEqual([0, expect.stringMatching(/^denoiser: .*digits\/0\/grid\.png .*images of this run/)]);
  rmSync(path('digits/0/grid.png'));
  cpSync(path('run'), path('digits/runs/one'), { recursive: true });
  const { stderr: none } = await denoiser(['sample', 'run', '--steps', '1', '--out', 'digits/runs/one/g.png'], { cwd });
  expect(none).toBe('');
  // Nor does eval take that run's grids, and its folder, for a class.
  expect(await succeeds(['eval', 'run', '--data', 'digits', '--steps', '2', '--count', '4'], { cwd })).toContain(
    '4 of 4',
  );
  rmSync(path('digits/runs'), { recursive: true });
});

test('a run that refuses keeps its configuration', async () => {
  const config = () => readFileSync(path('run/config.json'), 'utf8');
  const before = config();
  await fails(['resume', 'run', '--epochs', '1', '--lr', '3', '--steps', '1'], { cwd });
  expect(config()).toBe(before);
});

test('classes that changed since the checkpoint are refused', async () => {
  await writeDigits(path('more'), [0, 1, 2], 1);
  expect(await fails(['resume', 'run', '--data', 'more', '--steps', '4'], { cwd })).toMatch(
    /more has the classes 0, 1, 2, .*began with 0, 1/,
  );
});

test('a truncated checkpoint is named, and the one before it is used', async () => {
  cpSync(path('run'), path('broken'), { recursive: true });
  truncateSync(path('broken/checkpoints/step-00000002/ema.safetensors'), 1000);
  expect(await fails(['sample', 'broken'], { cwd })).toMatch(/ema\.safetensors of checkpoint 2 has 1000 bytes/);
  expect(await fails(['resume', 'broken', '--steps', '4'], { cwd })).toMatch(/ema\.safetensors of checkpoint 2/);

  cpSync(path('run'), path('twice'), { recursive: true });
  await succeeds(['resume', 'twice', '--steps', '3'], { cwd });
  truncateSync(path('twice/checkpoints/step-00000003/model.safetensors'), 1000);
  const { code, stderr } = await denoiser(['resume', 'twice', '--steps', '3'], { cwd });
  expect(stderr).toMatch(/^denoiser: .*model\.safetensors of checkpoint 3.*checkpoint 2 is used.*\n$/);
  expect(code).toBe(0);
  const steps = readFileSync(path('twice/log.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line).step);
  expect(steps).toEqual([1, 2, 3]);
});

test('a checkpoint of another architecture is refused', async () => {
  cpSync(path('run'), path('wider'), { recursive: true });
  const config = JSON.parse(readFileSync(path('wider/config.json'), 'utf8'));
  writeFileSync(
    path('wider/config.json'),
    JSON.stringify({ ...config, network: { ...config.network, baseWidth: 12 } }),
  );
  expect(await fails(['resume', 'wider', '--steps', '4'], { cwd })).toMatch(
    /architecture.*baseWidth 8 there and 12 here/,
  );
});

test('files that hold no such network are refused by name', async () => {
  const entry = { dtype: 'F32' as const, shape: [2], data: new Float32Array(2) };
  writeFileSync(
    path('other.safetensors'),
    writeSafetensors({ metadata: {}, tensors: new Map([['fc.weight', entry]]) }),
  );
  expect(await fails(['sample', 'other.safetensors'], { cwd })).toMatch(/^denoiser: other\.safetensors: .*no U-Net/);
  cpSync(path(checkpoint, 'model.safetensors'), path('half.safetensors'));
  truncateSync(path('half.safetensors'), 100_000);
  expect(await fails(['sample', 'half.safetensors'], { cwd })).toMatch(/^denoiser: half\.safetensors: .*cut off/);
  writeFileSync(path('ckpt.pt'), Buffer.from('PK\u0003\u0004archive'));
  expect(await fails(['sample', 'ckpt.pt'], { cwd })).toMatch(/ckpt\.pt: The archive is damaged/);
});

test('a full disk ends training with the checkpoints that are there', async () => {
  const preload = { NODE_OPTIONS: `--import ${fileURLToPath(new URL('./full-disk.mjs', import.meta.url))}` };
  cpSync(path('run'), path('full'), { recursive: true });
  const env = { ...preload, FULL_DISK: 'step-00000003.*safetensors' };
  const line = await failsAlone(['resume', 'full', '--steps', '3'], { cwd, env });
  expect(line).toMatch(/full\/checkpoints\/step-00000003.*disk is full/);
  expect(readdirSync(path('full/checkpoints'))).toEqual(['step-00000002']);
  const gridEnv = { ...preload, FULL_DISK: 'grid' };
  expect(await failsAlone(['sample', 'run', '--steps', '2'], { cwd, env: gridEnv })).toMatch(/grid\.png.*disk is full/);
});

test('a loss that is not finite stops training at the last good checkpoint', async () => {
  const wild = ['--lr', '1e20', '--steps', '50', '--checkpoint-every', '1steps', '--out', 'wild'];
  const line = await fails(['train', 'digits', ...tiny, ...wild], { cwd });
  expect(line).toMatch(/step \d+.*last good checkpoint.*denoiser resume wild --lr/);
  const [step] = readdirSync(path('wild/checkpoints')).slice(-1);
  expect(step).toMatch(/^step-0000000\d$/);
});
