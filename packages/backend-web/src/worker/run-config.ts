import { checkOptionNames } from '@denoiser/pipeline';
import type { Interval } from '@denoiser/trainer';
import { resolveOptions } from '@denoiser/trainer/options';
import { pageMemory } from '../device/memory';
import { WebError } from '../errors';
import type { DecodedImages } from '../images/image-set';
import type { SamplesOptions, SentTrainRequest } from '../protocol/training';
import type { WebRunConfig } from '../storage/web-run-config';
import type { ModelKind } from './web-model';

const OPTIONS: readonly (keyof SentTrainRequest)[] = [
  ...(['run', 'ifExists', 'images', 'model', 'conditional', 'training', 'steps', 'flip', 'checkpointEvery'] as const),
  ...(['keep', 'samples', 'lossParts', 'isKept'] as const),
];
const OF_SAMPLES: readonly (keyof SamplesOptions)[] = ['every', 'at', 'count', 'sampler', 'steps', 'guidance'];
const OF_INTERVALS: readonly (keyof Interval)[] = ['steps', 'epochs', 'seconds'];

function must(isGood: boolean, what: string): void {
  if (!isGood) throw new WebError('option-invalid', what);
}

/** @throws DenoiserError (`option-invalid`) where an option is no whole number from 1. */
export function mustCount(name: string, value: unknown): void {
  must(Number.isSafeInteger(value) && Number(value) >= 1, `\`${name}\` must be a whole number from 1, not ${value}.`);
}

/**
 * Returns the page's request as JSON with defaults filled in. The network checks its own options.
 *
 * @throws DenoiserError (`option-invalid`) for an option that is none, or has a value that it cannot have; the trainer's error
 * for one of its own.
 */
export function runConfigOf(
  request: SentTrainRequest,
  { imageShape, classNames }: DecodedImages,
  { defaults = {} }: Pick<ModelKind, 'defaults'> = {},
): WebRunConfig {
  checkOptionNames('train', request, OPTIONS);
  const { run, ifExists = 'error', steps, flip = false, keep = 2, training = {}, samples = {} } = request;
  const conditional = request.conditional ?? classNames.length > 0;
  const seed = training.seed ?? 0;
  const intervalOf = (name: string, given: Interval = { steps: 200 }): Interval => {
    must(typeof given === 'object', `\`${name}\` must be { steps }, { epochs } or { seconds }, not ${given}.`);
    checkOptionNames(name, given, OF_INTERVALS);
    const parts = OF_INTERVALS.flatMap((unit) => (given[unit] === undefined ? [] : [[unit, given[unit]] as const]));
    must(parts.length > 0, `\`${name}\` must say how often: { steps }, { epochs } or { seconds }.`);
    for (const [unit, value] of parts) mustCount(`${name}.${unit}`, value);
    return Object.fromEntries(parts);
  };
  must(typeof run === 'string' && run.trim() !== '', '`run` must be a name, or left out.');
  const choices = ['error', 'replace', 'resume'];
  must(choices.includes(ifExists), `\`ifExists\` must be one of ${choices.join(', ')}, not ${ifExists}.`);
  mustCount('steps', steps);
  mustCount('keep', keep);
  must(!conditional || classNames.length > 0, '`conditional` needs images with class names.');
  checkOptionNames('train.samples', samples ?? {}, OF_SAMPLES);
  const { at = [], count = 8, sampler = 'dpmpp-2m', steps: samplerSteps = 20, guidance = 3 } = samples ?? {};
  must(Array.isArray(at), `\`samples.at\` must be a list of steps, not ${at}.`);
  at.forEach((step, i) => void mustCount(`samples.at[${i}]`, step));
  mustCount('samples.count', count);
  const { bytes, whose } = pageMemory();
  must(
    imageShape.reduce((product, side) => product * side, 4 * count) <= bytes,
    `\`samples.count\` ${count} images take more memory than ${whose} has; take fewer.`,
  );
  mustCount('samples.steps', samplerSteps);
  return {
    run,
    model: {
      ...defaults,
      channels: imageShape[2],
      imageSize: imageShape[0] === imageShape[1] ? imageShape[0] : [imageShape[0], imageShape[1]],
      seed,
      ...(conditional && { classes: classNames.length }),
      ...request.model,
    },
    training: resolveOptions({ batchSize: 8, ...training, seed }),
    conditional,
    flip,
    steps,
    checkpointEvery: intervalOf('checkpointEvery', request.checkpointEvery),
    keep,
    samples:
      samples === null
        ? null
        : { every: intervalOf('samples.every', samples.every), at, count, sampler, steps: samplerSteps, guidance },
    ...(request.lossParts && { lossParts: intervalOf('lossParts', request.lossParts) }),
  };
}
