import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readPictureInfo } from '@denoiser/backend-node';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { fails, succeeds, temporaryFolder } from './command';

const cwd = temporaryFolder();
const quick = ['--steps', '2', '--sampler', 'ddim', '--device', 'engine'];
const sizeOf = async (file: string) => {
  const { width, height } = await sharp(join(cwd, file)).metadata();
  return [width, height];
};
const pixels = async (file: string) => (await sharp(join(cwd, file)).raw().toBuffer()).toString('base64');

test('a word is a row of its letters, blank where it has spaces; more rows are of the next seeds', async () => {
  const said = await succeeds(
    ['sample', '--model', 'glyphs', '--text', 'a A', '--seed', '7', '--count', '2', ...quick, '--out', 'word.png'],
    { cwd },
  );
  expect(said).toMatch(/weights +@denoiser\/model-glyphs/);
  expect(said).toMatch(/4 pictures of .* seeds 7 to 8/);
  const { layout, settings } = (await readPictureInfo(join(cwd, 'word.png'))) ?? {};
  expect(layout).toMatchObject({ count: 6, columns: 3, padding: 0 });
  expect(settings).toMatchObject({ model: 'glyphs', text: 'a A', seed: 7, count: 2 });
  expect(settings).not.toHaveProperty('run');
  const { scale = 1, imageShape: [side] = [0] } = layout ?? {};
  expect(await sizeOf('word.png')).toEqual([3 * side * scale, 2 * side * scale]);

  await succeeds(['sample', '--like', 'word.png', '--device', 'engine', '--out', 'again.png'], { cwd });
  expect(await pixels('again.png')).toBe(await pixels('word.png'));
});

test('letters that differ by their case alone are files of their own, each of which says how it was drawn', async () => {
  await succeeds(['sample', 'glyphs', '--text', 'aA', '--seed', '7', '--count', '2', ...quick, '--out', 'letters/'], {
    cwd,
  });
  const names = readdirSync(join(cwd, 'letters'));
  expect(new Set(names.map((name) => name.toLowerCase())).size).toBe(4);
  const { settings } = (await readPictureInfo(join(cwd, 'letters', names.toSorted()[3] as string))) ?? {};
  expect(settings).toMatchObject({ model: 'glyphs', class: ['A'], seed: 8, indices: [0], count: 1 });
});

test('what a model does not know is said in a sentence, and so is what does not go together', async () => {
  const said = async (...args: string[]) => fails(['sample', ...args, '--out', 'none.png'], { cwd });
  expect(await said('--model', 'glyphs', '--text', 'Où?')).toMatch(
    /--text: the model does not know ù \?; it draws 0–9, A–Z, a–z\./,
  );
  expect(await said('--model', 'glyfs')).toMatch(
    /no model of that name comes as a package, only digits, emoji, glyphs/,
  );
  expect(await said('glyphs', '--model', 'digits')).toMatch(
    /--model digits says what to sample from, and so does glyphs/,
  );
  expect(await said('glyphs', '--text', 'a', '--class', 'b')).toMatch(/has no use for --class/);
  expect(existsSync(join(cwd, 'none.png'))).toBe(false);
});
