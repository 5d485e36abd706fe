import { mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type PictureSettings, readPictureInfo, writePngGrid } from '@denoiser/backend-node';
import { expect, test } from 'vitest';
import { likePicture, settingsOf } from './like';
import type { SampleFlags } from './sample-flags';

const folder = mkdtempSync(join(tmpdir(), 'denoiser-'));
const run = join(folder, 'run');
mkdirSync(run);
const like = join(folder, 'a.png');
const usual = { out: 'grid.png', device: 'auto' };
const flagsOf = async (settings: PictureSettings, given: Partial<SampleFlags> = {}) => {
  await writePngGrid(like, { data: new Uint8Array(64), imageShape: [8, 8, 1] }, { settings });
  const { flags, ...rest } = await likePicture(undefined, { ...usual, like, ...given });
  const { out: _, device: __, like: ___, ...others } = flags;
  return { ...rest, flags: others };
};

test('what is written is what is read: of a grid all of it, of one image that one', async () => {
  const flags: SampleFlags = { ...usual, seed: 7, steps: 20, sampler: 'ddim', eta: 0.5, columns: 2, batchSize: 3 };
  const model = { classNames: ['cat', 'dog'], step: 500 };
  const of = settingsOf(run, flags, model, { count: 4, labels: [0, 1, 0, 1] });
  const same = { seed: 7, steps: 20, sampler: 'ddim', eta: 0.5, checkpoint: 500 };
  expect(await flagsOf(of())).toEqual({ run, flags: { ...same, count: 4 } });
  expect(await flagsOf(of(3))).toEqual({ run, flags: { ...same, count: 1, indices: [3], class: ['dog'] } });
  expect((await readPictureInfo(like))?.settings).toMatchObject({ version: expect.any(String) });
});

test('a word is drawn again as a word, and one letter of it as that letter from the noise of its row', async () => {
  const flags: SampleFlags = { ...usual, model: 'digits', text: '20 26', seed: 7, count: 2 };
  const model = { classNames: [...'0123456789'] };
  const of = settingsOf(undefined, flags, model, { count: 8, labels: [2, 0, 2, 6, 2, 0, 2, 6] });
  const named = { run: undefined, flags: { model: 'digits', seed: 7 } };
  expect(await flagsOf(of())).toEqual({ ...named, flags: { ...named.flags, text: '20 26', count: 2 } });
  expect(await flagsOf(of(5))).toEqual({
    ...named,
    flags: { ...named.flags, seed: 8, count: 1, indices: [0], class: ['0'] },
  });
  expect((await flagsOf(of(5), { text: '31' })).flags).toEqual({ model: 'digits', seed: 8, text: '31' });
});

test('what is given goes before it, and ends what it contradicts', async () => {
  const settings = { run, seed: 7, sampler: 'ddim', eta: 0.5, steps: 20, guidance: 4, count: 1, indices: [3] };
  expect((await flagsOf(settings, { sampler: 'dpmpp-2m' })).flags).toEqual({
    ...{ sampler: 'dpmpp-2m', seed: 7, guidance: 4, count: 1, indices: [3] },
  });
  expect((await flagsOf(settings, { count: 4, seed: 8 })).flags).toMatchObject({ count: 4, seed: 8, eta: 0.5 });
  expect((await flagsOf(settings, { count: 4 })).flags).not.toHaveProperty('indices');
  expect((await flagsOf({ run, seed: 7, count: 2 }, { interpolate: [1, 2] })).flags).toEqual({ interpolate: [1, 2] });
  expect((await flagsOf({ run, threshold: 'dynamic' }, { noclip: true })).flags).toEqual({ noclip: true });
});

test('a run that is named is drawn from its latest checkpoint', async () => {
  await flagsOf({ run: 'elsewhere', checkpoint: 500, seed: 7 }, {}).catch(() => {});
  const { run: named, flags } = await likePicture('other', { ...usual, like });
  expect(named).toBe('other');
  expect(flags).toEqual({ ...usual, like, seed: 7 });
});

test('settings that a program wrote who used the API are read, too', async () => {
  const settings = { run, seed: 7, classes: ['cat', 1], guidance: { scale: 2, rescale: 0.5 }, sampler: 'unipc' };
  expect((await flagsOf(settings)).flags).toEqual({
    ...{ seed: 7, class: ['cat', 1], guidance: 2, guidanceRescale: 0.5, sampler: 'unipc' },
  });
});

test.each<[settings: PictureSettings, message: RegExp]>([
  [{ run, magic: 1 }, /cannot read 'magic'/],
  [{ run, count: 1e9 }, /'count'/],
  [{ run, steps: 1e9 }, /'steps'/],
  [{ run, seed: -1 }, /'seed'/],
  [{ run, class: 'cat' }, /'class'/],
  [{ run: '//elsewhere/share' }, /'run'.*a path of this machine/],
  [{ seed: 7 }, /does not say from which run/],
])('a stranger\u2019s %j is refused', async (settings, message) => {
  await expect(flagsOf(settings)).rejects.toThrow(message);
});
