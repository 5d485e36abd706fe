import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { drawImages, openModel, selectDevice } from '@denoiser/backend-node';
import { evaluations, planFor, samplers } from '@denoiser/samplers';
import * as tf from '@tensorflow/tfjs-core';
import { root } from './setup.mjs';

/**
 * Measures how clean the backgrounds are that each named sampler draws in its default steps, and writes the table into
 * docs/choosing-a-sampler.md, between its markers:
 *
 *   node scripts/sampler-backgrounds.mjs [model.safetensors] [--print] [--only=ddim,heun]
 *
 * after `npm run build`. The model is that of `@denoiser/model-digits`, whose digits stand on black: the mean of the outermost pixels of 40
 * digits, of 255, is 0 where a sampler does its work. `--print` and `--only` leave the guide as it is.
 */
const GUIDE = join(root, 'docs/choosing-a-sampler.md');
const [BEGIN, END] = [
  '<!-- backgrounds: written by scripts/sampler-backgrounds.mjs -->',
  '<!-- end of backgrounds -->',
];
const words = process.argv.slice(2);
const path = words.find((word) => !word.startsWith('--')) ?? join(root, 'packages/model-digits/digits.safetensors');
const isPrinted = words.includes('--print');
const only = words
  .find((word) => word.startsWith('--only='))
  ?.slice('--only='.length)
  .split(',');
const COUNT = 40;

if (!existsSync(path)) throw new Error(`There is no model ${path}; give a .safetensors file.`);
tf.enableProdMode();
await selectDevice({ device: 'auto' });
const model = await openModel(path);
const [height, width, channels] = model.imageShape;
const size = height * width * channels;
const whole = { image: new Float32Array(size), mask: new Float32Array(height * width).fill(1) };

/** Mean of the outermost pixels, from 0 to 255. */
function border(data) {
  let [sum, n] = [0, 0];
  for (let i = 0; i < data.length; i++) {
    const place = Math.floor((i % size) / channels);
    const [y, x] = [Math.floor(place / width), place % width];
    if (y > 0 && y < height - 1 && x > 0 && x < width - 1) continue;
    sum += (Math.min(Math.max(data[i], -1), 1) + 1) * 127.5;
    n++;
  }
  return sum / n;
}

async function measured(options) {
  const { data } = await drawImages(model, { ...options, count: COUNT, batchSize: COUNT, seed: 0 });
  return border(data).toFixed(1);
}

const rows = [];
for (const [name, { kinds, needsInpainting }] of Object.entries(samplers)) {
  if (!kinds.includes(model.process.kind) || (only && !only.includes(name))) continue;
  const inpaint = needsInpainting && whole; // all of it is filled
  const options = { sampler: name, ...(inpaint && { inpaint }) };
  const plans = [false, true].map((allLevels) => planFor(model, { ...options, allLevels }));
  const isCut = JSON.stringify(plans[0]) !== JSON.stringify(plans[1]);
  const cells = [
    `\`${name}\``,
    samplers[name].steps,
    evaluations(plans[0]),
    await measured(options),
    isCut ? await measured({ ...options, allLevels: true }) : 'the same',
  ];
  rows.push(cells);
  console.log(cells.join('\t'));
}

const HEAD = ['sampler', 'steps', 'calls', 'border', 'border with `--all-levels`'];
const table = [HEAD, HEAD.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
if (!isPrinted && !only) {
  const [before, rest] = readFileSync(GUIDE, 'utf8').split(BEGIN);
  writeFileSync(GUIDE, `${before}${BEGIN}\n${table}\n${END}${rest.split(END)[1]}`);
}
