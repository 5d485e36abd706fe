import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { baseline, characters, drawFont, side } from './draw-font.mjs';
import { fetchFonts, fontFile } from './fonts.mjs';

/**
 * Writes `fonts.json` anew: node scripts/datasets/glyphs/choose-fonts.mjs <google-font-metadata, unpacked> <folder for the fonts>
 *
 * A family is taken if
 * - its licence is the SIL Open Font License 1.1 or the Apache License 2.0;
 * - it is meant for reading: a sans-serif, a serif or a monospaced one, not a display type or handwriting;
 * - it is a Latin type, with nothing beside it but Greek and Cyrillic (others have the Latin letters of a type that is in the list);
 * - it has all 62 characters, upright, of weight 300 or more (lighter ones are hardly seen at this size), and they fit their cells;
 * - each character has about the shape that it has in most types (correlation 0.15 or more), or the weight is left out;
 * - small letters are no small capitals;
 * - its letters are not too far from what most types have: the mean of their correlations with the mean letters is at least 0.6;
 * - no family before it draws the same: a mean difference of 2 of 255 or more.
 */
const [metadata, folder] = process.argv.slice(2);
const require = createRequire(import.meta.url);
const families = require(resolve(metadata, 'data/google-fonts-v1.json'));
const licenses = require(resolve(metadata, 'data/licenses.json'));

const alphabets = ['latin', 'latin-ext', 'cyrillic', 'cyrillic-ext', 'greek', 'greek-ext', 'vietnamese', 'menu'];
const kinds = ['sans-serif', 'serif', 'monospace'];
const lightest = 300;
const free = /^(SIL Open Font License|Apache License)/;

const said = Object.values(families).filter(
  ({ id, category, subsets, styles }) =>
    kinds.includes(category) &&
    subsets.includes('latin') &&
    subsets.every((name) => alphabets.includes(name)) &&
    styles.includes('normal') &&
    free.test(licenses[id]?.license.type ?? ''),
);
const absent = new Set();
await fetchFonts(
  said.map(({ id }) => ({ id })),
  folder,
  { onProgress: (done, all) => console.log(`${done} of ${all} families`), onAbsent: ({ id }) => absent.add(id) },
);
console.log(`No package: ${[...absent].join(', ') || 'none'}`);

const drawn = [];
for (const { id, family, category } of said.filter((font) => !absent.has(font.id))) {
  const { version } = JSON.parse(readFileSync(join(folder, id, 'package.json'), 'utf8'));
  const files = join(folder, id, 'files');
  const weights = (existsSync(files) ? readdirSync(files) : [])
    .map((name) => Number(/-latin-(\d+)-normal/.exec(name)[1]))
    .filter((weight) => weight >= lightest)
    .sort((a, b) => a - b);
  const sheets = new Map();
  for (const weight of weights) {
    const pixels = await drawFont(fontFile(folder, id, weight)).catch(({ message }) => message);
    if (typeof pixels === 'string') console.log(`${id} ${weight}: ${pixels}`);
    else sheets.set(weight, pixels);
  }
  if (sheets.size > 0) drawn.push({ id, version, family, category, license: licenses[id].license.type, sheets });
}

const mean = new Float64Array(characters.length * side * side);
for (const { sheets } of drawn) {
  const sheet = usual(sheets);
  for (let i = 0; i < mean.length; i++) mean[i] += sheet[i] / drawn.length;
}

const kept = [];
for (const font of drawn) {
  for (const [weight, sheet] of font.sheets) {
    const broken = characters.filter((_, i) => likeness(sheet, i) < 0.15);
    if (broken.length > 0) {
      console.log(`${font.id} ${weight}: another shape than ${broken.join(' ')}`);
      font.sheets.delete(weight);
    }
  }
  const why = font.sheets.size === 0 ? 'no weight is left' : fault(usual(font.sheets));
  if (why === undefined) kept.push(font);
  else console.log(`${font.id}: ${why}`);
}
const fonts = kept.map(({ sheets, ...font }) => ({ ...font, weights: spread([...sheets.keys()], 4) }));
writeFileSync(
  new URL('fonts.json', import.meta.url),
  `[\n${fonts.map((font) => `  ${JSON.stringify(font)}`).join(',\n')}\n]\n`,
);
console.log(`${fonts.length} families, ${fonts.reduce((sum, { weights }) => sum + weights.length, 0)} weights`);

/** The weight next to that of running text. */
function usual(sheets) {
  const nearest = [...sheets.keys()].reduce((a, b) => (Math.abs(b - 400) < Math.abs(a - 400) ? b : a));
  return sheets.get(nearest);
}

function cell(pixels, i) {
  return pixels.subarray(i * side ** 2, (i + 1) * side ** 2);
}

function likeness(sheet, i) {
  return correlation(cell(sheet, i), cell(mean, i));
}

function fault(sheet) {
  const typical = characters.reduce((sum, _, i) => sum + likeness(sheet, i) / characters.length, 0);
  if (typical < 0.6) return `letters are unusual: ${typical.toFixed(2)}`;
  const small = ['a', 'e', 'g', 'r', 'b', 'd'].filter((letter) => {
    const [own, capital] = [letter, letter.toUpperCase()].map((name) => characters.indexOf(name));
    return correlation(cell(sheet, own), cell(mean, own)) < correlation(cell(sheet, own), shrunk(cell(sheet, capital)));
  });
  if (small.length >= 4) return 'small letters are capitals';
  const twin = kept.find(({ sheets }) => difference(sheet, usual(sheets)) < 2);
  return twin === undefined ? undefined : `draws as ${twin.id}`;
}

// A capital at 0.75 of its height on the same baseline, as small capitals are.
function shrunk(pixels) {
  const small = new Float64Array(side ** 2);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const [fromY, fromX] = [
        Math.round(baseline - (baseline - y) / 0.75),
        Math.round(side / 2 + (x - side / 2) / 0.75),
      ];
      if (fromY >= 0 && fromX >= 0 && fromX < side && fromY < side) small[y * side + x] = pixels[fromY * side + fromX];
    }
  }
  return small;
}

function correlation(a, b) {
  let [ma, mb] = [0, 0];
  for (let i = 0; i < a.length; i++) [ma, mb] = [ma + a[i] / a.length, mb + b[i] / a.length];
  let [ab, aa, bb] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i] - ma, b[i] - mb];
    [ab, aa, bb] = [ab + x * y, aa + x * x, bb + y * y];
  }
  return ab / Math.sqrt(aa * bb || 1);
}

function difference(a, b) {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += Math.abs(a[i] - b[i]);
  return sum / a.length;
}

/** At most `count` weights, the lightest and the heaviest among them. */
function spread(weights, count) {
  if (weights.length <= count) return weights;
  return Array.from({ length: count }, (_, i) => weights[Math.round((i * (weights.length - 1)) / (count - 1))]);
}
