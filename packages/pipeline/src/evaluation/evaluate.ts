import { isObject } from '@denoiser/errors';
import { yieldToEventLoop } from '@denoiser/ops/event-loop';
import { evaluations, findSampler } from '@denoiser/samplers';
import type { ImageDataset } from '@denoiser/trainer';
import { checkModel } from '../check-model';
import { checkKinds, checkOptionNames, checkWhole, notWhatItMust, optionInvalid } from '../check-options';
import { drawImages } from '../draw-images';
import { GUIDANCE } from '../draw-options';
import { planOf } from '../draw-plan';
import { WORK_KINDS } from '../drawing-kinds';
import { PipelineError } from '../errors';
import type { Model } from '../model';
import { checkFits, imagesAtOnce } from '../room';
import { type BitsPerDimension, bitsPerDimension } from './bits-per-dimension';
import { extractFeatures, type FeatureNetwork } from './features';
import { type HeldOut, readHeldOut } from './held-out';
import {
  asWritten,
  FEWEST_FOR_FEATURES,
  type FeatureQuality,
  featureQuality,
  type PixelQuality,
  pixelQuality,
} from './quality';
import { type ValidationLoss, validationLoss, validationTimes } from './validation-loss';

export interface EvaluateOptions {
  /** Images to measure against, best ones that were not trained on; with the model's classes where it has any. */
  readonly data: ImageDataset;
  /** Images drawn, and images taken at most. Default 256. */
  readonly count?: number | undefined;
  /** How images are drawn: a sampler of the table. Default 'ddpm'. */
  readonly sampler?: string | undefined;
  /** Steps of the images and of the bound on bits/dim. Default 50, or all of fewer. */
  readonly steps?: number | undefined;
  /** Scale of classifier-free guidance. Default: as the model says, else 3. */
  readonly guidance?: number | undefined;
  /** Decides the images taken, the noise and the drawn images. Default 0. */
  readonly seed?: number | undefined;
  /** A network whose features are compared: FID, KID, precision and recall. */
  readonly features?: FeatureNetwork | undefined;
  /** Images at once; changes nothing but speed and memory. Default 16; never more than have four million values in all. */
  readonly batchSize?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
  /** Told once the images are read, before the work. */
  readonly onBegin?: ((work: EvaluationPlan) => void) | undefined;
}

/** What an evaluation is about to do. */
export interface EvaluationPlan {
  /** How many images are compared with, and how many there are. */
  readonly count: number;
  readonly total: number;
  /** Steps of the sampler, and its guidance where it is told classes. */
  readonly steps: number;
  readonly guidance: number | null;
}

/** What a model is found to be worth. */
export interface Evaluation {
  /** Images that it was measured on, and images drawn. */
  readonly images: number;
  readonly pictures: number;
  readonly sampler: string;
  readonly steps: number;
  /** null for a model without classes. */
  readonly guidance: number | null;
  readonly seed: number;
  readonly validationLoss: ValidationLoss;
  readonly bitsPerDimension: BitsPerDimension;
  readonly pixels: PixelQuality;
  readonly features: ({ readonly network: string } & FeatureQuality) | null;
}

const isDataset = (value: unknown): boolean =>
  isObject(value) && typeof value.read === 'function' && Array.isArray(value.imageShape);

const COUNT = 256;
const STEPS = 50;
const BATCH = 16;

const OPTIONS = [
  'data',
  'count',
  'sampler',
  'steps',
  'guidance',
  'seed',
  'features',
  'batchSize',
  'signal',
  'onProgress',
  'onBegin',
];

/**
 * Measures a model against images: its loss at fixed timesteps and noise, the variational bound in bits per dimension, and
 * how close the images it draws come, by sliced Wasserstein distance and, with a network of features, by FID, KID, precision
 * and recall.
 *
 * @throws DenoiserError where options or images do not fit the model; the signal's reason when it is aborted.
 */
export async function evaluate(model: Model, options: EvaluateOptions): Promise<Evaluation> {
  checkModel('evaluate', model);
  checkOptionNames('evaluate', options, OPTIONS);
  checkKinds(options, WORK_KINDS);
  if (!isDataset(options.data)) {
    throw notWhatItMust('data', 'images, such as the `dataset` of `openImageFolder`', options.data);
  }
  const { imageShape: shape, classNames, learnedVariance, prediction = 'epsilon', process: schedule } = model;
  const { count = COUNT, seed = 0, features, signal, onProgress } = options;
  const { batchSize: wanted = BATCH } = options;
  const guidance = options.guidance ?? model.guidance ?? GUIDANCE;
  const { name: sampler } = findSampler(options.sampler ?? 'ddpm');
  for (const [name, value] of Object.entries({ count, batchSize: wanted })) checkWhole(name, value, 1);
  checkFits(count, shape);
  const batchSize = imagesAtOnce(wanted, shape);
  if (schedule.kind !== 'discrete') {
    throw new PipelineError(
      'process-continuous',
      `${model.description} has a continuous noise level; only models of discrete timesteps are evaluated.`,
    );
  }
  if (options.guidance !== undefined && classNames.length === 0) {
    throw optionInvalid('`guidance` needs classes, and this model was trained without; leave it out.');
  }
  const steps = options.steps ?? Math.min(STEPS, schedule.steps);
  const plan = planOf(model, { sampler, steps });
  const images = await readHeldOut(options.data, { shape, classNames, count, seed, signal });
  checkCounts(images, count, features);
  const { count: compared, total: all } = images;
  options.onBegin?.({ count: compared, total: all, steps, guidance: images.labels ? guidance : null });

  const [realBatches, drawnBatches] = [images.count, count].map((n) => Math.ceil(n / batchSize)) as [number, number];
  const total =
    realBatches * (validationTimes(schedule.steps).length + steps) +
    drawnBatches * evaluations(plan) +
    (features ? realBatches + drawnBatches : 0);
  let done = 0;
  const onCall = () => {
    done++;
    onProgress?.(done, total);
  };
  /** Between two calls there is time to be aborted. */
  const afterCall = () => {
    onCall();
    return yieldToEventLoop();
  };
  const context = { schedule, prediction, images, seed, batchSize, signal, onCall: afterCall };
  const denoiser = model.network.denoiser();
  const loss = await validationLoss({ ...context, denoiser, learnedVariance });
  const bits = await bitsPerDimension({ ...context, denoiser, learnedVariance, steps });
  const drawn = await drawImages(model, {
    plan,
    count,
    // The classes in the images' shares.
    ...(images.labels && { classes: images.labels.filter((label) => label >= 0), guidance }),
    seed,
    batchSize,
    signal,
    onProgress: onCall,
  });
  const pictures = { data: asWritten(drawn.data), count, shape };
  const quality = features && {
    network: features.description,
    ...featureQuality(
      await extractFeatures(features, images, context),
      await extractFeatures(features, pictures, context),
      seed,
    ),
  };
  return {
    images: images.count,
    pictures: count,
    sampler,
    steps,
    guidance: classNames.length > 0 ? guidance : null,
    seed,
    validationLoss: loss,
    bitsPerDimension: bits,
    pixels: pixelQuality(images, pictures, seed),
    features: quality ?? null,
  };
}

function checkCounts(images: HeldOut, count: number, features: FeatureNetwork | undefined): void {
  const fewest = features ? FEWEST_FOR_FEATURES : 2;
  if (count < fewest) throw optionInvalid(`\`count\` ${count} is too few to compare; take ${fewest} or more.`);
  if (images.count >= fewest) return;
  throw new PipelineError(
    'dataset-small',
    `There are ${images.count} images, and at least ${fewest} are needed; raise \`count\` or add some.`,
  );
}
