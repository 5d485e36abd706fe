import { existsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { prepareFolder, selectDevice, writeFileAtomically } from '@denoiser/backend-node';
import { evaluations, findSampler, planFor } from '@denoiser/samplers';
import { enableProdMode } from '@tensorflow/tfjs-core';
import { dealLabels, draw } from '../draw';
import { CommandError, Interrupted } from '../errors';
import { bitsPerDimension } from '../evaluation/bits-per-dimension';
import {
  extractFeatures,
  type FeatureNetwork,
  type FeatureOptions,
  openFeatureNetwork,
} from '../evaluation/feature-network';
import { type HeldOut, readHeldOut } from '../evaluation/held-out';
import { asWritten, FEWEST_FOR_FEATURES, featureQuality, pixelQuality } from '../evaluation/quality';
import { type Evaluation, evaluationTables } from '../evaluation/report';
import { validationLoss, validationTimes } from '../evaluation/validation-loss';
import { catchInterrupt } from '../interrupt';
import { openSource, type SampleSource, type SourceOptions } from '../sample-source';
import { samplingProgress } from '../sampling-progress';
import { describeDevice, list } from '../text';

export interface EvalOptions extends SourceOptions, FeatureOptions {
  data: string;
  count: number;
  steps?: number;
  sampler: string;
  guidance: number;
  seed: number;
  features?: string;
  json?: string;
  batchSize: number;
  device: string;
}

/** Unless `--steps` says otherwise. */
const STEPS = 50;

const bad = (message: string) => new CommandError('bad-option', message);

/** `denoiser eval <run> --data <folder>` */
export async function evaluate(path: string, options: EvalOptions): Promise<void> {
  const { data, count, seed, json, features } = options;
  const { name: sampler } = findSampler(options.sampler);
  checkTogether(options);
  if (json !== undefined) await checkJson(json);
  enableProdMode(); // keeps tfjs quiet
  const device = await selectDevice({ device: options.device });
  const source = await openSource(path, options);
  let network: FeatureNetwork | undefined;
  try {
    const { imageShape: shape, classNames } = source;
    const images = await readHeldOut(data, { shape, classNames, count, seed });
    checkCounts(images.count, options);
    if (features !== undefined) network = await openFeatureNetwork(features, shape, options);
    process.stdout.write(
      `${list({
        weights: source.description,
        device: describeDevice(device),
        images: `${images.count} of ${images.total} from ${data}`,
        drawing: `${count} pictures of ${shape[0]}×${shape[1]} by ${sampler}, seed ${seed}`,
        ...(network && { features: network.description }),
      })}\n`,
    );
    const evaluation = await measure({ source, images, network, sampler, options });
    process.stdout.write(`\n${evaluationTables(evaluation)}\n`);
    if (json !== undefined) {
      await writeFileAtomically(json, `${JSON.stringify(evaluation, null, 2)}\n`);
      process.stdout.write(`\n${json}\n`);
    }
  } finally {
    network?.dispose();
    source.model.dispose();
  }
}

async function measure(o: {
  source: SampleSource;
  images: HeldOut;
  network: FeatureNetwork | undefined;
  sampler: string;
  options: EvalOptions;
}): Promise<Evaluation> {
  const { source, images, network, sampler, options } = o;
  const { process: schedule, prediction = 'epsilon', learnedVariance = false, model, imageShape, classNames } = source;
  const { count, seed, guidance, batchSize } = options;
  if (schedule.kind !== 'discrete') {
    throw bad(`${source.description} has a continuous noise level; only networks of discrete timesteps are evaluated.`);
  }
  const steps = options.steps ?? Math.min(STEPS, schedule.steps);
  const plan = planFor(source, { sampler, steps });

  const [realBatches, drawnBatches] = [images.count, count].map((n) => Math.ceil(n / batchSize)) as [number, number];
  const calls =
    realBatches * (validationTimes(schedule.steps).length + steps) +
    drawnBatches * evaluations(plan) +
    (network ? realBatches + drawnBatches : 0);
  const interrupt = catchInterrupt(() => {});
  const { signal } = interrupt;
  const progress = await samplingProgress(process.stdout);
  let done = 0;
  const onCall = () => progress.update(++done, calls);
  const context = { denoiser: model.denoiser(), schedule, prediction, images, seed, batchSize, signal, onCall };
  try {
    const loss = await validationLoss(context);
    const bits = await bitsPerDimension({ ...context, learnedVariance, steps });
    const drawn = await draw({
      denoiser: context.denoiser,
      plan,
      imageShape,
      count,
      // The classes in the images' shares.
      labels: images.labels && dealLabels(count, images.labels),
      guidance,
      seed,
      batchSize,
      signal,
      onStep: onCall,
    });
    const pictures = { data: asWritten(drawn), count, shape: imageShape };
    const pixels = pixelQuality(images, pictures, seed);
    const quality = network && {
      network: network.description,
      ...featureQuality(
        await extractFeatures(network, images, { batchSize, signal, onCall }),
        await extractFeatures(network, pictures, { batchSize, signal, onCall }),
        seed,
      ),
    };
    return {
      weights: source.description,
      data: options.data,
      images: images.count,
      pictures: count,
      sampler,
      steps,
      guidance: classNames.length > 0 ? guidance : null,
      seed,
      validationLoss: loss,
      bitsPerDimension: bits,
      pixels,
      features: quality ?? null,
    };
  } catch (error) {
    if (signal.aborted) throw new Interrupted('Stopped; nothing was written.');
    throw error;
  } finally {
    progress.stop();
    interrupt.release();
  }
}

function checkTogether({ features, featureLayer, featureRange }: EvalOptions): void {
  const stray = featureLayer !== undefined ? '--feature-layer' : featureRange && '--feature-range';
  if (stray && features === undefined) throw bad(`${stray} is of a feature network; name it with --features.`);
}

function checkCounts(images: number, { data, count, features }: EvalOptions): void {
  const fewest = features === undefined ? 2 : FEWEST_FOR_FEATURES;
  if (images < fewest)
    throw bad(`${data} gives ${images} images, and at least ${fewest} are needed; raise --count or add some.`);
  if (count < fewest) throw bad(`--count ${count} is too few to compare; take ${fewest} or more.`);
}

async function checkJson(path: string): Promise<void> {
  if (existsSync(path) && statSync(path).isDirectory()) {
    throw bad(`--json ${path} is a folder; give the name of a file, like ${path}/evaluation.json.`);
  }
  await prepareFolder(dirname(path));
}
