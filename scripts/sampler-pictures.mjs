import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openModel, selectDevice } from '@denoiser/backend-node';
import { toBytes } from '@denoiser/pipeline/pixels';
import * as samplers from '@denoiser/samplers';
import { createProcess } from '@denoiser/schedules';
import * as tf from '@tensorflow/tfjs-core';
import sharp from 'sharp';
import { mixture, normalQuantile, plot, spreadAfter } from './sampler-numbers.mjs';
import { root } from './setup.mjs';

/**
 * Makes the pictures of docs/choosing-a-sampler.md and prints its tables, with a model, whatever `openModel` opens:
 *
 *   node scripts/sampler-pictures.mjs digits [--parts steps,variance,guidance,network,formula,spread]
 *
 * after `npm run build`. Every picture begins with the noise of its place, whatever the sampler, so rows compare.
 */
const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    out: { type: 'string', default: join(root, 'docs/images') },
    seed: { type: 'string', default: '0' },
    guidance: { type: 'string', default: '2' },
    parts: { type: 'string', default: 'steps,variance,guidance,network,formula,spread' },
  },
});
const [source] = positionals;
if (source === undefined) {
  console.error(
    'Say which model to draw with: node scripts/sampler-pictures.mjs <model> [--out docs/images] [--seed 0]',
  );
  process.exit(1);
}
const { createPlan, ddim, ddpm, deis, dpm2, dpmpp2S, dpmppMultistep, edmStochastic, euler } = samplers;
const { eulerAncestral, evaluations, heun, ipndm, lms, pndm, sampleArrays, sampleImages, unipc } = samplers;

tf.enableProdMode();
await selectDevice();
const model = await openModel(source);
const denoiser = model.network.denoiser();
const schedule = createProcess(model.process); // built or as options
const { prediction } = model;
const [height, width, channels] = model.imageShape;
const pixels = height * width * channels;
const classes = model.classNames.length;
mkdirSync(options.out, { recursive: true });

/** [count, H, W, C] of a plan; picture i is of class i. */
async function draw(plan, count, guidance = Number(options.guidance)) {
  const labels = classes > 0 ? tf.tensor1d(Array.from({ length: count }, (_, i) => i % classes), 'int32') : undefined; // biome-ignore format: one thing
  const images = await sampleImages({
    denoiser,
    plan,
    shape: [count, height, width, channels],
    seed: Number(options.seed),
    guidance: { scale: guidance },
    conditioning: labels && { labels },
  });
  const data = await images.data();
  tf.dispose([images, labels].filter(Boolean));
  return data;
}
const planOf = (solver, steps, more = {}) =>
  createPlan({
    process: schedule,
    solver,
    prediction,
    threshold: true,
    steps: Math.min(steps, schedule.steps),
    ...more,
  });

// Grids of strips with names -----------------------------------------------------------------------------------------

const SCALE = Math.max(1, Math.round(32 / height));
const GAP = 2;
const LEFT = 150;
const TOP = 30;
const escapeXml = (text) => text.replace(/[<>&"]/g, (c) => `&#${c.charCodeAt(0)};`);

/** A PNG: in each cell a strip of pictures. `cells[row][column]` is [count, H, W, C] of values in [−1, 1]. */
async function writeStrips(name, { rows, columns, cells, count }) {
  const strip = { width: count * (width * SCALE + GAP) + 10, height: height * SCALE + GAP };
  const size = { width: LEFT + columns.length * strip.width, height: TOP + rows.length * strip.height };
  const text = (x, y, anchor, words) =>
    `<text x="${x}" y="${y}" text-anchor="${anchor}" dominant-baseline="central">${escapeXml(words)}</text>`;
  const labels = `<svg width="${size.width}" height="${size.height}" font-family="sans-serif" font-size="14" fill="#222">
    ${columns.map((words, k) => text(LEFT + (k + 0.5) * strip.width - 5, TOP / 2, 'middle', words)).join('')}
    ${rows.map((words, k) => text(LEFT - 10, TOP + (k + 0.5) * strip.height, 'end', words)).join('')}</svg>`;
  const pieces = [];
  for (const [row, line] of cells.entries()) {
    for (const [column, data] of line.entries()) {
      for (let i = 0; i < count; i++) {
        const bytes = Buffer.from(toBytes(data.subarray(i * pixels, (i + 1) * pixels)));
        const input = await sharp(bytes, { raw: { width, height, channels } })
          .resize({ width: width * SCALE, height: height * SCALE, kernel: 'nearest' })
          .png()
          .toBuffer();
        pieces.push({
          input,
          left: LEFT + column * strip.width + i * (width * SCALE + GAP),
          top: TOP + row * strip.height,
        });
      }
    }
  }
  await write(name, sharp({ create: { ...size, channels: 3, background: '#fff' } }).composite([{ input: Buffer.from(labels), left: 0, top: 0 }, ...pieces])); // biome-ignore format: one thing
}

const MOST_BYTES = 250_000;

async function write(name, image) {
  const whole = await image.png({ compressionLevel: 9 }).toBuffer();
  const png = whole.length <= MOST_BYTES ? whole : await sharp(whole).png({ palette: true, colours: 16 }).toBuffer();
  if (png.length > MOST_BYTES) throw new Error(`${name} has ${png.length} bytes, more than ${MOST_BYTES}.`);
  writeFileSync(join(options.out, name), png);
  console.log(`${join(options.out, name)}: ${Math.ceil(png.length / 1000)} kB\n`);
}

const table = (head, rows) => {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  console.log([line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n'), '\n');
};

// Pictures: samplers against steps, β against β̃, guidance ---------------------------------------------------------------

const spread = { spacing: 'linspace' };
const karras = { sigmas: 'karras' };

/** Solver, calls it makes a step, options of its plan. The first ones add noise. */
const noisy = {
  'ddpm (β̃)': [ddpm(), 1, spread],
  'euler-a': [eulerAncestral()],
  'dpmpp-2m-sde': [dpmppMultistep({ sde: true })],
  'edm karras': [edmStochastic(), 2, karras],
};
const solvers = {
  ddim: [ddim({ rederiveEps: true })], // as `planFor` and the command have it
  euler: [euler()],
  'dpmpp-2m': [dpmppMultistep()],
  'dpmpp-2m karras': [dpmppMultistep(), 1, karras],
  'dpmpp-3m': [dpmppMultistep({ order: 3 })],
  'dpmpp-2s': [dpmpp2S(), 2],
  unipc: [unipc()],
  deis: [deis()],
  plms: [pndm({ plms: true })],
  ipndm: [ipndm()],
  lms: [lms()],
  heun: [heun(), 2],
  'dpm2 karras': [dpm2(), 2, karras],
};
const withCalls = ([solver, callsAStep = 1, more = {}], calls, other = {}) =>
  planOf(solver, Math.ceil(calls / callsAStep), { ...more, ...other });

const all = { ...noisy, ...solvers };
const isAsked = (part) => options.parts.split(',').includes(part);
const CALLS = [5, 10, 20, 50];
if (isAsked('steps'))
  await strips('sampler-steps.png', {
    rows: Object.keys(all),
    columns: CALLS.map((n) => `${n} calls`),
    count: 5,
    plan: (row, column) => withCalls(Object.values(all)[row], CALLS[column]),
  });

const STEPS = [250, 50, 20].filter((n) => n < schedule.steps);
if (isAsked('variance'))
  await strips('sampler-variance.png', {
    rows: ['β', 'posterior, β̃', 'β, unclipped', 'β̃, unclipped'],
    columns: STEPS.map((n) => `${n} steps`),
    count: 5,
    plan: (row, column) =>
      planOf(ddpm({ variance: row % 2 === 0 ? 'beta' : 'posterior' }), STEPS[column], {
        ...spread,
        threshold: row < 2,
      }),
  });

if (classes > 0 && isAsked('guidance')) {
  const scales = [1, 2, 4, 8];
  const kinds = { ddim: ddim({ rederiveEps: true }), 'dpmpp-2m': dpmppMultistep() };
  await strips('sampler-guidance.png', {
    rows: Object.keys(kinds),
    columns: scales.map((scale) => `guidance ${scale}`),
    count: 5,
    plan: (row) => planOf(Object.values(kinds)[row], 20),
    guidance: (column) => scales[column],
  });
}

async function strips(name, { rows, columns, count, plan, guidance = () => undefined }) {
  const cells = [];
  for (const row of rows.keys()) {
    cells.push([]);
    for (const column of columns.keys()) cells[row].push(await draw(plan(row, column), count, guidance(column)));
  }
  await writeStrips(name, { rows, columns, cells, count });
}

// Distance to the exact solution ---------------------------------------------------------------------------------------

const COUNTS = [5, 10, 15, 20, 30, 50, 100];
const CONVERGED = 500;

/** Root mean square distance of each solver's result from `exact`, by calls of the model. */
async function distances(solve, exact) {
  const lines = {};
  for (const [name, solver] of Object.entries(solvers)) {
    lines[name] = [];
    for (const calls of COUNTS) {
      const plan = withCalls(solver, calls, { threshold: false });
      const result = await solve(plan);
      const squares = result.reduce((sum, value, i) => sum + (value - exact[i]) ** 2, 0);
      lines[name].push({ calls: evaluations(plan), distance: Math.sqrt(squares / exact.length) });
    }
  }
  return lines;
}

const format = (distance) => (distance < 0.0995 ? distance.toPrecision(2) : distance.toFixed(2));

async function report(title, name, solve) {
  const exact = await solve(planOf(dpmppMultistep(), CONVERGED, { threshold: false }));
  const lines = await distances(solve, exact);
  console.log(title);
  table(
    ['calls', ...COUNTS],
    Object.entries(lines).map(([solver, points]) => [`\`${solver}\``, ...points.map((p) => format(p.distance))]),
  );
  await write(name, sharp(Buffer.from(plot(lines, title))));
}

if (isAsked('network'))
  await report('Distance from the converged result, this network, guidance 1', 'sampler-distance.png', (plan) =>
    draw(plan, 2, 1),
  );

if (isAsked('formula'))
  await report('Distance from the exact result, a mixture of Gaussians', 'sampler-distance-exact.png', async (plan) => {
    const noise = Float64Array.from({ length: 400 }, (_, i) => normalQuantile((i + 0.5) / 400));
    let last;
    const run = { model: mixture(schedule, prediction), plan, shape: [400], noise: () => noise.slice() };
    for await (const { x } of sampleArrays(run)) last = x;
    return last;
  });

if (!isAsked('spread')) process.exit(0);
console.log('Spread of the result over that of the data, exact for Gaussian data (1 is right)');
const kinds = ['beta', 'posterior'].flatMap((variance) => [0.5, 0.05].map((deviation) => ({ variance, deviation })));
table(
  ['steps', ...kinds.map(({ variance, deviation }) => `${variance}, data of deviation ${deviation}`)],
  [schedule.steps, 250, 100, 50, 20, 10].map((n) => [
    n,
    ...kinds.map(({ variance, deviation }) =>
      (spreadAfter(planOf(ddpm({ variance }), n, { ...spread, threshold: false }), deviation) / deviation).toFixed(2),
    ),
  ]),
);
