import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readSafetensors, writeSafetensors } from '@denoiser/safetensors';
import sharp from 'sharp';
import { beforeAll, expect, test } from 'vitest';
import { start, succeeds as succeedsAlone, temporaryFolder } from './command';
import { denoiser, fails, succeeds } from './in-process';
import { writeDigits } from './pictures';

const cwd = temporaryFolder();
const sample = (...args: string[]) => succeeds(['sample', ...args], { cwd });
/** The pixels: files say how they were drawn, too. */
const bytes = async (file: string) => (await sharp(join(cwd, file)).raw().toBuffer()).toString('base64');

beforeAll(async () => {
  await writeDigits(join(cwd, 'digits'), [3, 5, 8], 2);
  const tiny = ['--size', '16', '--base-width', '8', '--time-dim', '32', '--preview-steps', '2', '--noise-steps', '20'];
  await succeeds(['train', 'digits', '--conditional', ...tiny, '--steps', '2', '--batch-size', '3', '--out', 'run'], {
    cwd,
  });
});

test('a seed decides the pictures, whatever the batch size, in every process', async () => {
  await succeedsAlone(['sample', 'run', '--count', '5', '--seed', '7', '--out', 'a.png'], { cwd });
  await sample('run', '--count', '5', '--seed', '7', '--out', 'b.png', '--batch-size', '2');
  await sample('run', '--count', '5', '--seed', '8', '--out', 'c.png');
  expect(await bytes('b.png')).toBe(await bytes('a.png'));
  expect(await bytes('c.png')).not.toBe(await bytes('a.png'));
});

test('each choice changes the pictures', async () => {
  const few = ['--count', '3', '--steps', '5', '--seed', '1'];
  await sample('run', ...few, '--out', 'plain.png');
  const choices = [
    ['--variance', 'beta'],
    ['--noclip'],
    ['--original'],
    ['--guidance', '8'],
    ['--class', '8'],
    ['--weights', 'model'],
    ['--sampler', 'ddim'],
    ['--negative-class', '8'],
    ['--guidance-rescale', '1'],
    ['--guidance-interval', '0:0.1'],
  ];
  for (const choice of choices) {
    await sample('run', ...few, ...choice, '--out', 'other.png');
    // Before --ema-start the averaged weights are the live ones.
    if (choice[1] === 'model') expect(await bytes('other.png')).toBe(await bytes('plain.png'));
    else expect(await bytes('other.png'), choice.join(' ')).not.toBe(await bytes('plain.png'));
  }
});

test('classes by name or number; each has its column', async () => {
  await sample('run', '--count', '4', '--steps', '2', '--class', '5', '--class', '0', '--out', 'named/grid.png');
  const { width, height } = await sharp(join(cwd, 'named/grid.png')).metadata();
  expect(width).toBe(height);
  await sample('run', '--steps', '2', '--out', 'all.png');
  const all = await sharp(join(cwd, 'all.png')).metadata();
  expect((all.width ?? 0) > 2 * (all.height ?? 0), 'three classes in a row').toBe(true);
});

test('the samplers are listed without a run', async () => {
  const table = await sample('--list');
  for (const name of ['ddpm', 'dpmpp-2m', 'unipc', 'euler-a', 'repaint'])
    expect(table).toMatch(new RegExp(`^${name} .*arXiv`, 'm'));
  expect(await fails(['sample'], { cwd })).toMatch(/denoiser sample <run>/);
});

const raw = (file: string) => sharp(join(cwd, file)).raw().toBuffer({ resolveWithObject: true });
/** Pixels of the picture at a place in a grid of 64-pixel pictures with 2 between. */
const cell = async (file: string, column: number, row = 0) =>
  (
    await sharp(join(cwd, file))
      .extract({ left: 2 + 66 * column, top: 2 + 66 * row, width: 64, height: 64 })
      .raw()
      .toBuffer()
  ).toString('base64');

test('a row leads from one seed to the other, and the trajectory ends with the picture', async () => {
  const choice = ['--sampler', 'dpmpp-2m', '--steps', '3', '--class', '5'];
  await sample('run', ...choice, '--interpolate', '4:9', '--count', '3', '--trajectory', 'way.png', '--out', 'row.png');
  await sample('run', ...choice, '--seed', '4', '--count', '1', '--out', 'four.png');
  await sample('run', ...choice, '--seed', '9', '--count', '1', '--out', 'nine.png');
  expect(await cell('row.png', 0)).toBe(await cell('four.png', 0));
  expect(await cell('row.png', 2)).toBe(await cell('nine.png', 0));
  expect(await cell('way.png', 2, 1)).toBe(await cell('row.png', 1));
});

test('a trajectory is an animation, too', async () => {
  const choice = ['--sampler', 'dpmpp-2m', '--steps', '3', '--count', '2', '--json'];
  const { stdout, stderr } = await denoiser(['sample', 'run', ...choice, '--trajectory', 'way.gif'], { cwd });
  expect(stderr).toMatch(/^grid\.png\nway\.gif$/m);
  const { files, trajectory, settings } = JSON.parse(stdout);
  expect({ files, trajectory }).toEqual({ files: ['grid.png'], trajectory: 'way.gif' });
  expect(settings).toMatchObject({ seed: 0, count: 2, sampler: 'dpmpp-2m', steps: 3 });
  expect(await sharp(join(cwd, 'way.gif'), { animated: true }).metadata()).toMatchObject({ pages: 3, width: 134 });
  rmSync(join(cwd, 'grid.png'));
});

test('pictures are drawn anew, filled, and found again', async () => {
  const picture = 'digits/5/0.png';
  const few = ['--count', '1', '--class', '5', '--sampler', 'ddim', '--steps', '10'];
  const half = Buffer.alloc(28 * 28, 0).fill(255, 28 * 14);
  await sharp(half, { raw: { width: 28, height: 28, channels: 1 } })
    .png()
    .toFile(join(cwd, 'mask.png'));
  await sample('run', ...few, '--inpaint', picture, '--mask', 'mask.png', '--out', 'filled.png');
  await sample('run', ...few, '--from', picture, '--strength', '0.1', '--out', 'near.png');
  const inverted = await sample('run', '--invert', picture, '--class', '5', '--steps', '10', '--out', 'inverted.png');
  expect(inverted).toMatch(/differ by 0\.\d+/);
  const [filled, near, original] = [await raw('filled.png'), await raw('near.png'), await raw('inverted.png')];
  const row = ({ data, info }: typeof filled, y: number) => {
    const start = (y * info.width + 2) * info.channels;
    return Array.from(data.subarray(start, start + 64 * info.channels));
  };
  const differences = (y: number, a: typeof filled) =>
    Math.max(...row(a, y).map((value, i) => Math.abs(value - (row(original, y)[i] as number))));
  expect(differences(20, filled)).toBe(0);
  expect(differences(50, filled)).toBeGreaterThan(50);
  expect(differences(34, near)).toBeGreaterThan(0);
});

test('a bare file of the original layout gives what its checkpoint gives', async () => {
  const checkpoint = 'run/checkpoints/step-00000002';
  const { tensors } = readSafetensors(readFileSync(join(cwd, checkpoint, 'model.safetensors')));
  mkdirSync(join(cwd, 'bare'));
  writeFileSync(join(cwd, 'bare/ckpt.safetensors'), writeSafetensors({ metadata: {}, tensors }));
  const choice = ['--count', '2', '--steps', '3', '--seed', '4'];
  await sample('bare/ckpt.safetensors', ...choice, '--size', '16', '--noise-steps', '20', '--out', 'bare.png');
  await sample(checkpoint, ...choice, '--weights', 'model', '--out', 'folder.png');
  expect(await bytes('bare.png')).toBe(await bytes('folder.png'));
});

test('weights of a checkpoint say how they were trained, so a copy of the file needs no word of the user', async () => {
  const checkpoint = 'run/checkpoints/step-00000002';
  copyFileSync(join(cwd, checkpoint, 'model.safetensors'), join(cwd, 'copy.safetensors'));
  const choice = ['--class', '8', '--count', '2', '--steps', '3', '--seed', '4'];
  await sample(checkpoint, ...choice, '--weights', 'model', '--out', 'folder.png');
  await sample('copy.safetensors', ...choice, '--out', 'copy.png');
  expect(await bytes('copy.png')).toBe(await bytes('folder.png'));

  const file = readSafetensors(readFileSync(join(cwd, 'copy.safetensors')));
  const says = JSON.parse(file.metadata['denoiser.training']);
  expect(says).toMatchObject({ imageShape: [16, 16, 3], classNames: ['3', '5', '8'], step: 2, learnedVariance: false });
  file.metadata['denoiser.training'] = JSON.stringify({ ...says, prediction: 'x0' });
  writeFileSync(join(cwd, 'other.safetensors'), writeSafetensors(file));
  await sample('other.safetensors', ...choice, '--out', 'other.png');
  expect(await bytes('other.png')).not.toBe(await bytes('folder.png'));
  await sample('other.safetensors', ...choice, '--prediction', 'epsilon', '--out', 'told.png');
  expect(await bytes('told.png')).toBe(await bytes('folder.png'));
});

test('bad requests are refused before the work', async () => {
  const refused: [args: string[], message: RegExp][] = [
    [['--count', '0'], /--count .*'0'/],
    [['--seed', 'x'], /--seed .*'x'/],
    [['--class', '9'], /--class 9.*3 classes, 0 to 2 \(3, 5, 8\)/],
    [['--steps', '21'], /--steps 21 .*20 steps/],
    [['--out', 'run'], /--out run is a folder/],
    [['--out', 'grid.jpg'], /--out grid\.jpg .*\.png/],
    [['--out', 'way.gif'], /--out way\.gif .*--trajectory way\.gif/],
    [['--out', 'run/config.json/grid.png'], /run\/config\.json.*a file/],
    [['--size', '32'], /--size is for bare/],
    [['--checkpoint', '77'], /77.*choose one of 2/],
    [['--variance', 'gamma'], /--variance .*posterior, beta/],
    [['--device', 'abacus'], /abacus/],
    [['--sampler', 'dpmpp-2m', '--eta', '1'], /--eta is for ddim/],
    [['--strength', '0.5'], /--from/],
    [['--inpaint', 'run/loss.svg'], /needs --mask/],
    [['--from', 'nowhere.png'], /nowhere\.png.*does not exist/],
    [['--negative-class', '9'], /--negative-class 9.*3 classes/],
    [['--invert', 'nowhere.png', '--count', '2'], /no use for --count; leave it out/],
    [['--trajectory', 'steps.jpg'], /--trajectory steps\.jpg .*\.png or \.gif/],
  ];
  for (const [args, message] of refused) expect(await fails(['sample', 'run', ...args], { cwd })).toMatch(message);
  expect(existsSync(join(cwd, 'grid.png'))).toBe(false);
});

test('Ctrl-C while drawing ends in good order and writes nothing', async () => {
  const running = start(['sample', 'run', '--count', '100000', '--out', 'never.png'], { cwd });
  await running.until(/drawing {3}/);
  running.process.kill('SIGINT');
  const { code, stderr } = await running.done;
  expect([code, stderr]).toEqual([130, '']);
  expect(existsSync(join(cwd, 'never.png'))).toBe(false);
});
