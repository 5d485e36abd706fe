import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  drawImages,
  openModel,
  selectDevice,
  streamWeights,
  withModelFile,
  writeFileAtomically,
  writePngGrid,
} from '@denoiser/backend-node';
import { writeDrawingDefaults } from '@denoiser/pipeline';
import { writeCard } from './model-card.mjs';
import { root, run, tool } from './setup.mjs';

/**
 * Makes the weights of a model's package from a run, or from a file, and its card from what is measured:
 *
 *   node scripts/ship-model.mjs runs/glyphs glyphs --sampler dpmpp-2m --steps 20 --guidance 2
 *
 * after `npm run build`. Into packages/model-glyphs go the averaged weights in half precision, the configuration (training.json), the
 * loss curve, samples that nobody chose, and model.json, of which README.md has its tables. Options: `--weights model` or
 * `--ema-length 0.1` for other weights, `--checkpoint <step>`; `--sampler`, `--steps` and `--guidance` are what the file recommends;
 * `--samples <rounds>` draws more of each class, or with 0 none; `--figures <file.json>` names what was measured elsewhere, an object of names and values (what is in model.json already stays).
 */
const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    weights: { type: 'string' },
    'ema-length': { type: 'string' },
    checkpoint: { type: 'string' },
    sampler: { type: 'string' },
    steps: { type: 'string' },
    guidance: { type: 'string' },
    figures: { type: 'string' },
    device: { type: 'string', default: 'auto' },
    samples: { type: 'string' },
  },
});
const [source, name] = positionals;
if (source === undefined || name === undefined) {
  console.error('Say what is shipped, and as what: node scripts/ship-model.mjs runs/glyphs glyphs');
  process.exit(1);
}
const MOST_BYTES = 10e6;
const folder = join(root, 'packages', `model-${name}`);
const inPackage = (file) => join(folder, file);
const weightsFile = inPackage(`${name}.safetensors`);
const readJson = (path) => JSON.parse(readFileSync(path, 'utf8'));
const linesOf = (path) =>
  (existsSync(path) ? readFileSync(path, 'utf8') : '')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
const n = (value) => value.toLocaleString('en');

const given = { sampler: options.sampler, steps: options.steps && Number(options.steps) };
const isSamplerGiven = Object.values(given).some((value) => value !== undefined);
const sampler = isSamplerGiven ? JSON.parse(JSON.stringify(given)) : undefined;
const guidance = options.guidance === undefined ? undefined : Number(options.guidance);

const model = await withModelFile(
  source,
  {
    ...(options['ema-length'] !== undefined && { weights: { length: Number(options['ema-length']) } }),
    ...(options.weights !== undefined && { weights: options.weights }),
    ...(options.checkpoint !== undefined && { checkpoint: Number(options.checkpoint) }),
  },
  async (found) => {
    const metadata = {
      ...found.weights.metadata,
      ...writeDrawingDefaults({ sampler: sampler ?? found.sampler, guidance: guidance ?? found.guidance }),
    };
    const weights = { ...found.weights, metadata };
    await writeFileAtomically(weightsFile, streamWeights({ ...found, weights }, { dtype: 'F16' }));
    return { ...found, sampler: sampler ?? found.sampler, guidance: guidance ?? found.guidance };
  },
);
const { size: bytes } = statSync(weightsFile);
if (bytes > MOST_BYTES) {
  rmSync(weightsFile);
  console.error(
    `The weights are ${n(bytes)} bytes, and a package holds up to ${n(MOST_BYTES)}: ship a smaller network.`,
  );
  process.exit(1);
}

const classes = model.classNames.length;
const rounds = Number(options.samples ?? (classes > 16 ? 2 : 4));
if (rounds > 0) await drawSamples();

/** Draws a picture of each class, a round of them from each seed: as anybody draws them first. */
async function drawSamples() {
  await selectDevice({ device: options.device });
  const shipped = await openModel(weightsFile);
  const what = classes > 0 ? { count: rounds * classes, sharedNoise: true } : { count: 8 * rounds };
  const samples = await drawImages(shipped, what);
  const columns = classes > 16 ? Math.ceil(classes / 2) : samples.columns;
  await writePngGrid(inPackage('samples.png'), samples, { columns, scale: 1 });
  shipped.dispose();
}

/** What the run says of its training. */
function ofRun() {
  if (!existsSync(join(source, 'config.json'))) return { facts: {} };
  const { data: _, from: __, versions, $schema: ___, ...config } = readJson(join(source, 'config.json'));
  const log = linesOf(join(source, 'log.jsonl')).filter(({ step }) => step <= model.step);
  const { batchSize, learningRate } = config.training;
  const seconds = log.reduce((sum, { imagesPerSecond }) => sum + batchSize / imagesPerSecond, 0);
  const last = log.slice(-Math.max(1, Math.ceil(log.length / 10)));
  const held = linesOf(join(source, 'validation.jsonl')).filter(({ step }) => step <= model.step);
  const state = readJson(join(source, 'checkpoints', `step-${String(model.step).padStart(8, '0')}`, 'state.json'));
  writeFileSync(inPackage('training.json'), `${JSON.stringify(config, null, 2)}\n`);
  if (existsSync(join(source, 'loss.svg'))) {
    // It names the run's folder, which is this machine's.
    writeFileSync(inPackage('loss.svg'), readFileSync(join(source, 'loss.svg'), 'utf8').replaceAll(source, name));
  }
  return {
    again: `npx denoiser train ./images --config node_modules/@denoiser/model-${name}/training.json --out runs/${name}`,
    facts: {
      images: n(state.dataset.length),
      training: `${n(model.step)} steps of ${batchSize}, ${n(model.step * batchSize)} images seen; learning rate ${learningRate}, ${config.training.learningRateSchedule.type}`,
      compute: `${n(Math.round(seconds / 60))} minutes on a CPU with Node ${versions.node}`,
      loss:
        last.length > 0
          ? `${(last.reduce((sum, { loss }) => sum + loss, 0) / last.length).toFixed(4)}, the mean of the last tenth`
          : undefined,
      ...(held.length > 0 && { 'loss on images held out': held.at(-1).emaLoss.toFixed(4) }),
    },
  };
}

const { facts, again } = ofRun();
const { process: noise, prediction, imageShape, architecture, parameterCount } = model;
const way = { ...model.sampler, ...(model.guidance !== undefined && { guidance: model.guidance }) };
const before = existsSync(inPackage('model.json')) ? readJson(inPackage('model.json')).figures : {};
const card = {
  facts: {
    draws: `${imageShape[0]}×${imageShape[1]}, ${imageShape[2] === 1 ? 'grey' : 'colour'}${classes > 0 ? `, ${classes} classes` : ''}`,
    network: `\`${architecture.name}\`, ${n(parameterCount)} parameters`,
    file: `${(bytes / 1e6).toFixed(1)} MB, F16`,
    'trained as': `${noise.options?.type ?? noise.kind} in ${n(noise.steps ?? 0)} steps, gives ${prediction ?? 'what EDM says'}`,
    ...facts,
    'drawn, unless you say otherwise,':
      Object.keys(way).length > 0 ? `by \`${JSON.stringify(way)}\`` : 'by DDPM in all steps',
  },
  figures: options.figures ? { ...before, ...readJson(options.figures) } : before,
  ...(again && { again }),
};
writeFileSync(inPackage('model.json'), `${JSON.stringify(card, null, 2)}\n`);
const manifest = readJson(inPackage('package.json'));
const files = [`${name}.safetensors`, 'model.json', 'samples.png', 'training.json', 'loss.svg'];
manifest.files = files.filter((file) => existsSync(inPackage(file)));
writeFileSync(inPackage('package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
writeCard(name);
await run(tool('biome'), ['format', '--write', folder]);
console.log(`${weightsFile}: ${n(bytes)} bytes`);
