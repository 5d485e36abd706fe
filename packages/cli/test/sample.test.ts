import { copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeAll, expect, test } from 'vitest';
import { fails, start, succeeds, temporaryFolder } from './command';
import { writeDigits } from './pictures';

const cwd = temporaryFolder();
const sample = (...args: string[]) => succeeds(['sample', ...args], { cwd });
const bytes = (file: string) => readFileSync(join(cwd, file)).toString('base64');

beforeAll(async () => {
  await writeDigits(join(cwd, 'digits'), [3, 5, 8], 2);
  const tiny = ['--size', '16', '--base-width', '8', '--time-dim', '32', '--preview-steps', '2', '--noise-steps', '20'];
  await succeeds(['train', 'digits', '--conditional', ...tiny, '--steps', '2', '--batch-size', '3', '--out', 'run'], {
    cwd,
  });
});

test('a seed decides the pictures, whatever the batch size', async () => {
  await sample('run', '--count', '5', '--seed', '7', '--out', 'a.png');
  await sample('run', '--count', '5', '--seed', '7', '--out', 'b.png', '--batch-size', '2');
  await sample('run', '--count', '5', '--seed', '8', '--out', 'c.png');
  expect(bytes('b.png')).toBe(bytes('a.png'));
  expect(bytes('c.png')).not.toBe(bytes('a.png'));
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
  ];
  for (const choice of choices) {
    await sample('run', ...few, ...choice, '--out', 'other.png');
    // Before --ema-start the averaged weights are the live ones.
    if (choice[1] === 'model') expect(bytes('other.png')).toBe(bytes('plain.png'));
    else expect(bytes('other.png'), choice.join(' ')).not.toBe(bytes('plain.png'));
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

test('a bare file of the original layout gives what its checkpoint gives', async () => {
  const checkpoint = 'run/checkpoints/step-00000002';
  mkdirSync(join(cwd, 'bare'));
  copyFileSync(join(cwd, checkpoint, 'model.safetensors'), join(cwd, 'bare/ckpt.safetensors'));
  const choice = ['--count', '2', '--steps', '3', '--seed', '4'];
  await sample('bare/ckpt.safetensors', ...choice, '--size', '16', '--noise-steps', '20', '--out', 'bare.png');
  await sample(checkpoint, ...choice, '--weights', 'model', '--out', 'folder.png');
  expect(bytes('bare.png')).toBe(bytes('folder.png'));
});

test('bad requests are refused before the work', async () => {
  const refused: [args: string[], message: RegExp][] = [
    [['--count', '0'], /--count .*'0'/],
    [['--seed', 'x'], /--seed .*'x'/],
    [['--class', '9'], /--class 9.*3 classes, 0 to 2 \(3, 5, 8\)/],
    [['--steps', '21'], /--steps 21 .*20 steps/],
    [['--out', 'run'], /--out run is a folder/],
    [['--out', 'grid.jpg'], /--out grid\.jpg .*\.png/],
    [['--out', 'run/config.json/grid.png'], /run\/config\.json.*a file/],
    [['--size', '32'], /--size is for bare/],
    [['--checkpoint', '77'], /77.*choose one of 2/],
    [['--variance', 'gamma'], /--variance .*posterior, beta/],
    [['--device', 'abacus'], /abacus/],
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
