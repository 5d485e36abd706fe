import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { drawImages, evaluate, openImageFolder, openModel, selectDevice, writePngGrid } from '@denoiser/backend-node';
import type { ImageShape } from '@denoiser/ops';
import { fromBytes } from '@denoiser/pipeline/pixels';
import type { ImageDataset } from '@denoiser/trainer';
import {
  type Cell,
  type Drawn,
  type Kept,
  measure,
  namedWays,
  type Reference,
  SHOWN,
  type Way,
  waysByStep,
} from './cells';
import { classify, loadClassifier } from './classifier';
import { median, nearestIn } from './neighbours';
import { figuresOf, markdown, type Results } from './tables';

/**
 * Measures a model, after docs/measuring-models.md:
 *
 *   npm run bench:model -- model.safetensors --classifier bench/classifiers/digits.safetensors --data others --train digits --out measured
 *
 * Writes results.json as it goes, and a second call goes on where it ended; then results.md, the pictures and figures.json, which
 * is what a model's card shows.
 */
const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    out: { type: 'string', default: 'measured' },
    classifier: { type: 'string' },
    data: { type: 'string' },
    train: { type: 'string' },
    validation: { type: 'string', default: '0' },
    count: { type: 'string', default: '100' },
    references: { type: 'string', default: '1000' },
    'bound-steps': { type: 'string', default: '50' },
    steps: { type: 'string', default: '10,15,20,50,250,1000' },
    parts: { type: 'string', default: 'quality,samplers,steps,neighbours' },
    samplers: { type: 'string', default: '' },
    'most-calls': { type: 'string', default: '1000' },
    guidance: { type: 'string', default: '2' },
    seed: { type: 'string', default: '1' },
    'batch-size': { type: 'string', default: '50' },
    device: { type: 'string', default: 'auto' },
  },
});
const [path] = positionals;
if (!path || !options.data || !options.classifier) throw new Error('Name the model, --data and --classifier.');
const [count, seed, guidance, batchSize] = [options.count, options.seed, options.guidance, options['batch-size']].map(
  Number,
) as [number, number, number, number];
const NEIGHBOURS = 5;
const NEIGHBOURS_SHOWN = 12;

await main();
process.exit(0); // whatever the device holds

async function main() {
  mkdirSync(options.out, { recursive: true });
  const device = await selectDevice({ device: options.device });
  const model = await openModel(path as string);
  const classifier = loadClassifier(readFileSync(options.classifier as string));
  const share = Number(options.validation);
  const { validation, dataset } = await open(options.data as string, share);
  const heldOut = validation ?? dataset;
  const reference = await referenceOf(heldOut);
  const hasClasses = model.classNames.length > 0;
  const results = begin({
    ...{ model: basename(path as string), count, seed, device: device.name },
    references: Math.min(heldOut.length, Number(options.references)),
    guidance: hasClasses ? guidance : null,
  });
  const parts = options.parts.split(',');
  const common = { classifier, reference, count, guidance, seed, batchSize };
  const cell = async (of: Record<string, Cell>, key: string, way: Way) => {
    if (of[key]) return;
    of[key] = await measure(model, way, { ...common, kept: keptAs(key) });
    const { recognized, fid, calls } = of[key];
    process.stderr.write(`${key}: ${calls} calls, recognized ${recognized}, FID ${fid.toFixed(2)}\n`);
    save(results);
  };

  if (parts.includes('quality') && !results.quality) {
    const network = {
      channels: classifier.channels,
      description: `the features of ${options.classifier}`,
      predict: classifier.features,
      dispose() {},
    };
    results.quality = await evaluate(model, {
      ...{ data: heldOut, count: Math.min(count, heldOut.length), sampler: 'dpmpp-2m', seed, batchSize },
      ...{ features: network, steps: Number(options['bound-steps']) },
      ...(hasClasses && { guidance }),
    });
    save(results);
  }
  const mostCalls = Number(options['most-calls']);
  const chosen = options.samplers.split(',').filter(Boolean);
  const isChosen = ({ options: { sampler } }: Way) => chosen.length === 0 || chosen.includes(sampler as string);
  if (parts.includes('samplers')) {
    for (const way of namedWays(model).filter(isChosen)) await cell(results.samplers, way.name, way);
  }
  if (parts.includes('steps')) {
    const numbers = options.steps.split(',').map(Number);
    for (const way of waysByStep(numbers).filter(isChosen)) {
      const steps = way.options.steps as number;
      if (steps <= mostCalls) await cell(results.steps, `${way.name} ${steps}`, way);
    }
    await writeStepsPicture(results, numbers, model.imageShape);
  }
  if (parts.includes('neighbours') && options.train && !results.neighbours) {
    results.neighbours = await neighbours();
    save(results);
  }
  writeFileSync(
    join(options.out, 'figures.json'),
    `${JSON.stringify(figuresOf(results, model.sampler?.sampler ?? 'dpmpp-2m'), null, 2)}\n`,
  );
  writeFileSync(join(options.out, 'results.md'), `${markdown(results)}\n`);
  process.stdout.write(`${markdown(results)}\n`);

  async function open(folder: string, validation: number) {
    const [height, width, channels] = model.imageShape;
    return openImageFolder(folder, {
      ...{ size: [height, width], channels: channels as 1 | 3, augment: false, validation },
      conditional: model.classNames.length > 0,
    });
  }

  async function referenceOf(dataset: ImageDataset): Promise<Reference> {
    const data = await pixelsOf(dataset, Number(options.references));
    const { features } = await classify(classifier, { data, shape: model.imageShape });
    const dimensions = model.imageShape.reduce((a, b) => a * b);
    return { pixels: { data, dimensions }, features };
  }

  /** Pictures beside the training images that are nearest to them; held-out images say how near is usual. */
  async function neighbours() {
    // What is held out of the same images was not trained on.
    const { dataset: trained } = await open(options.train as string, options.train === options.data ? share : 0);
    const size = model.imageShape.reduce((a, b) => a * b);
    const drawn = await drawImages(model, {
      ...{ count: NEIGHBOURS_SHOWN * 2, seed, batchSize },
      ...(!model.sampler && { sampler: 'dpmpp-2m' }), // as it says itself
      ...(hasClasses && { guidance }),
    });
    const ofDrawn = await nearestIn(trained, drawn.data, NEIGHBOURS);
    const ofHeldOut = await nearestIn(trained, await pixelsOf(heldOut, NEIGHBOURS_SHOWN * 2), NEIGHBOURS);
    const columns = NEIGHBOURS + 1;
    const grid = new Float32Array(NEIGHBOURS_SHOWN * columns * size);
    for (let row = 0; row < NEIGHBOURS_SHOWN; row++) {
      grid.set(drawn.image(row), row * columns * size);
      for (const [i, index] of (ofDrawn[row]?.indices ?? []).entries()) {
        grid.set((await trained.read(index, 0)).pixels, (row * columns + i + 1) * size);
      }
    }
    await writePngGrid(join(options.out, 'neighbours.png'), { data: grid, imageShape: model.imageShape, columns });
    const [pictures, others] = [ofDrawn, ofHeldOut].map((all) =>
      median(all.map(({ distances }) => distances[0] as number)),
    );
    return { pictures: pictures as number, heldOut: others as number };
  }
}

/** Up to `most` images, spread over the dataset. */
async function pixelsOf(dataset: ImageDataset, most: number): Promise<Float32Array> {
  const taken = Math.min(most, dataset.length);
  const size = dataset.imageShape.reduce((a, b) => a * b);
  const data = new Float32Array(taken * size);
  for (let i = 0; i < taken; i++) {
    data.set((await dataset.read(Math.floor((i * dataset.length) / taken), 0)).pixels, i * size);
  }
  return data;
}

/** Results of an earlier call with the same settings, or none. */
function begin(settings: Results['settings']): Results {
  const file = join(options.out, 'results.json');
  if (!existsSync(file)) return { settings, samplers: {}, steps: {} };
  const earlier = JSON.parse(readFileSync(file, 'utf8')) as Results;
  if (JSON.stringify(earlier.settings) === JSON.stringify(settings)) return earlier;
  throw new Error(`${file} was measured with ${JSON.stringify(earlier.settings)}; give another --out.`);
}

/** What is drawn of a cell, in a file of its own until it is measured and after. */
function keptAs(key: string): Kept {
  const folder = join(options.out, 'drawn');
  const file = join(folder, `${key.replace(/\W+/g, '-')}.json`);
  return {
    read: () => (existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Drawn) : undefined),
    write(drawn) {
      mkdirSync(folder, { recursive: true });
      writeFileSync(file, JSON.stringify(drawn));
    },
  };
}

function save(results: Results): void {
  writeFileSync(join(options.out, 'results.json'), JSON.stringify(results, null, 1));
}

/** A row for each solver, the same pictures for each number of steps. */
async function writeStepsPicture(results: Results, steps: readonly number[], imageShape: ImageShape) {
  const size = imageShape.reduce((a, b) => a * b);
  const rows = [...new Set(waysByStep([1]).map(({ name }) => name))];
  const columns = steps.length * SHOWN;
  const data = new Float32Array(rows.length * columns * size).fill(-1);
  rows.forEach((name, row) => {
    steps.forEach((number, i) => {
      const pictures = results.steps[`${name} ${number}`]?.pictures;
      if (!pictures) return;
      data.set(fromBytes(Buffer.from(pictures, 'base64')), (row * columns + i * SHOWN) * size);
    });
  });
  const grid = { data, imageShape, columns };
  await writePngGrid(join(options.out, 'steps.png'), grid, { scale: 1 });
}
