import { cpSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeAll, expect, test } from 'vitest';
import { readPictureInfo, writePngGrid } from '../src';
import { temporaryFolder } from './command';
import { fails, succeeds } from './in-process';
import { writeDigits } from './pictures';

const cwd = temporaryFolder();
const sample = (...args: string[]) => succeeds(['sample', ...args], { cwd });
const pixels = async (file: string) => (await sharp(join(cwd, file)).raw().toBuffer()).toString('base64');
const few = ['--count', '5', '--steps', '4', '--seed', '7', '--guidance', '5'];

beforeAll(async () => {
  await writeDigits(join(cwd, 'digits'), [3, 5], 2);
  const tiny = ['--size', '16', '--base-width', '4', '--time-dim', '8', '--preview-steps', '2', '--noise-steps', '20'];
  await succeeds(['train', 'digits', '--conditional', ...tiny, '--steps', '2', '--batch-size', '2', '--out', 'run'], {
    cwd,
  });
});

test('with a slash at its end --out is a folder of single pictures, each of its own size', async () => {
  const printed = await sample('run', ...few, '--out', 'pictures/');
  expect(printed).toContain('5 pictures: pictures/seed-7-0000.png to pictures/seed-7-0004.png');
  expect(readdirSync(join(cwd, 'pictures'))).toHaveLength(5);
  const { width, height } = await sharp(join(cwd, 'pictures/seed-7-0003.png')).metadata();
  expect([width, height]).toEqual([16, 16]);
  const { settings } = (await readPictureInfo(join(cwd, 'pictures/seed-7-0003.png'))) ?? {};
  expect(settings).toMatchObject({ run: 'run', checkpoint: 2, seed: 7, steps: 4, guidance: 5 });
  expect(settings).toMatchObject({ count: 1, indices: [3], class: ['5'] });
});

test('--like draws a picture again, to the bit; what is given goes before it', async () => {
  await sample('--like', 'pictures/seed-7-0003.png', '--out', 'again/');
  expect(readdirSync(join(cwd, 'again'))).toEqual(['seed-7-0003.png']);
  expect(await pixels('again/seed-7-0003.png')).toBe(await pixels('pictures/seed-7-0003.png'));

  await sample('--like', 'pictures/seed-7-0003.png', '--seed', '8', '--out', 'again/');
  expect(await pixels('again/seed-8-0003.png')).not.toBe(await pixels('pictures/seed-7-0003.png'));

  await sample('run', ...few, '--out', 'grid.png');
  await sample('--like', 'grid.png', '--out', 'same.png');
  expect(await pixels('same.png')).toBe(await pixels('grid.png'));
  await sample('--like', 'grid.png', '--sampler', 'ddim', '--out', 'other.png');
  expect(await pixels('other.png')).not.toBe(await pixels('grid.png'));

  await sample('run', '--like', 'run/samples/epoch-0001.png', '--out', 'epoch.png');
  expect(await pixels('epoch.png')).toHaveLength((await pixels('run/samples/epoch-0001.png')).length);
});

test('rows between seeds, filled pictures and inversions are drawn again, too', async () => {
  const ways = {
    row: ['--interpolate', '4:9', '--count', '3', '--class', '5', '--sampler', 'dpmpp-2m', '--steps', '3'],
    anew: ['--from', 'digits/5/0.png', '--strength', '0.5', '--count', '2', '--steps', '6', '--noclip'],
    found: ['--invert', 'digits/5/0.png', '--class', '5', '--steps', '5'],
  };
  for (const [name, flags] of Object.entries(ways)) {
    await sample('run', ...flags, '--out', `${name}.png`);
    await sample('--like', `${name}.png`, '--out', `${name}-again.png`);
    expect(await pixels(`${name}-again.png`), name).toBe(await pixels(`${name}.png`));
  }
});

test('a framed picture of ours is taken without its frame, a grid of several is refused', async () => {
  const one = ['--count', '1', '--steps', '4', '--class', '3'];
  await sample('run', ...one, '--out', 'framed.png');
  await sample('run', ...one, '--out', 'plain/');
  for (const flag of ['--from', '--invert'] as const) {
    const rest = flag === '--from' ? ['--strength', '0.3', '--count', '1', '--class', '5'] : ['--class', '5'];
    await sample('run', flag, 'framed.png', ...rest, '--steps', '5', '--out', 'a.png');
    await sample('run', flag, 'plain/seed-0-0000.png', ...rest, '--steps', '5', '--out', 'b.png');
    expect(await pixels('a.png'), flag).toBe(await pixels('b.png'));
    expect(await fails(['sample', 'run', flag, 'grid.png'], { cwd })).toMatch(/grid\.png is a grid of 5 images/);
  }
});

test('what cannot be drawn again is a sentence', async () => {
  cpSync(join(cwd, 'run'), join(cwd, 'lost'), { recursive: true });
  await sample('lost', ...few, '--out', 'lost.png');
  cpSync(join(cwd, 'lost'), join(cwd, 'found'), { recursive: true });
  rmSync(join(cwd, 'lost'), { recursive: true });
  await sample('found', '--like', 'lost.png', '--out', 'found.png');
  expect(await pixels('found.png')).toBe(await pixels('lost.png'));

  const image = { data: new Uint8Array(64), imageShape: [8, 8, 1] as const };
  const stranger = (name: string, settings: object) =>
    writePngGrid(join(cwd, name), image, { settings: settings as Record<string, unknown> });
  await stranger('web.png', { run: 'https://example.com/model.safetensors', seed: 1 });
  await stranger('share.png', { run: '\\\\elsewhere\\share', seed: 1 });
  await stranger('much.png', { run: 'run', count: 1e9 });
  await stranger('new.png', { run: 'run', magic: 1 });
  const refused: [args: string[], message: RegExp][] = [
    [['--like', 'lost.png'], /was drawn from lost, which is not here; name the run/],
    [['--like', 'digits/3/0.png'], /digits\/3\/0\.png does not say how it was drawn/],
    [['--like', 'nowhere.png'], /nowhere\.png.*does not exist/],
    [['--like', 'web.png'], /https:\/\/example\.com.* which is not here/],
    [['--like', 'share.png'], /share\.png.*'run'.*a path of this machine/],
    [['--like', 'much.png'], /much\.png.*'count'/],
    [['--like', 'new.png'], /new\.png.*'magic'/],
    [['run', '--out', 'pictures/', '--columns', '2'], /--columns is of a grid/],
    [['run', '--out', 'pictures'], /pictures is a folder; .*slash/],
  ];
  for (const [args, message] of refused) expect(await fails(['sample', ...args], { cwd })).toMatch(message);
});
