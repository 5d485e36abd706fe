import { DenoiserError } from '@denoiser/ops';
import { readSafetensorsHeader, type TensorFile } from '@denoiser/safetensors';
import type { Prediction, ScheduleOptions } from '@denoiser/schedules';
import {
  type Check,
  finiteNumber,
  isRecord,
  json,
  listOf,
  objectOf,
  oneOf,
  textUpTo,
  trueOrFalse,
  wholeNumberIn,
} from './checking';
import { resolveKind } from './options/kinds';
import { SCHEDULES } from './options/schedules';
import type { TrainingState } from './training-state';

/** How the network of a file was trained: what is needed beside the weights to sample from it. */
export type FileTraining = {
  readonly schedule: ScheduleOptions;
  readonly prediction: Prediction;
  readonly learnedVariance: boolean;
  readonly imageShape: readonly [height: number, width: number, channels: number];
  readonly classNames: readonly string[];
  readonly step: number;
};

/** The key of the metadata under which a safetensors file of weights says it, as JSON. */
const KEY = 'denoiser.training';

/** The metadata by which the weights of a checkpoint can be sampled from without its `state.json`. */
export function trainingMetadata({
  options,
  prediction,
  dataset,
  step,
}: Pick<TrainingState, 'options' | 'prediction' | 'dataset' | 'step'>): Record<string, string> {
  const training: FileTraining = {
    schedule: options.schedule,
    prediction,
    learnedVariance: options.variance.type === 'learned-range',
    imageShape: dataset.imageShape,
    classNames: dataset.classNames ?? [],
    step,
  };
  return { [KEY]: JSON.stringify(training) };
}

/** Values of one image that a tensor can hold by far; what says more is damaged. */
const MOST_VALUES = 2 ** 28;
/** Timesteps of a schedule; the usual number is a thousand. */
const MOST_STEPS = 1_000_000;

export const trainedPrediction = oneOf(['epsilon', 'x0', 'v']);
export const classNames = listOf(textUpTo(1000), { most: 100_000 });

export const imageShape: Check<readonly [height: number, width: number, channels: number]> = (value, path, fail) => {
  const [height, width, channels] = listOf(wholeNumberIn(1, 65_536), { least: 3, most: 3 })(value, path, fail);
  const shape = [height, width, channels] as [number, number, number];
  return shape.reduce((a, b) => a * b) <= MOST_VALUES ? shape : fail(path, `at most ${MOST_VALUES} values`);
};

/** A schedule as it is written, with nothing left to guess. */
export const scheduleOptions: Check<ScheduleOptions> = (value, path, fail) => {
  if (!isRecord(value)) return fail(path, 'an object');
  json(1000)(value, path, fail);
  oneOf(Object.keys(SCHEDULES))(value.type, `${path}.type`, fail);
  if (value.type === 'custom') listOf(finiteNumber, { least: 1, most: MOST_STEPS })(value.betas, `${path}.betas`, fail);
  else wholeNumberIn(1, MOST_STEPS)(value.steps, `${path}.steps`, fail);
  try {
    return resolveKind<ScheduleOptions & { type: string }>(path, SCHEDULES, value, 'linear') as ScheduleOptions;
  } catch (error) {
    if (!(error instanceof DenoiserError)) throw error;
    return fail(path, `its own ranges: ${error.message.replace(/\.$/, '').replaceAll(';', ',')}`);
  }
};

const fileTraining = objectOf<FileTraining>({
  schedule: scheduleOptions,
  prediction: trainedPrediction,
  learnedVariance: trueOrFalse,
  imageShape,
  classNames,
  step: wholeNumberIn(0),
});

/**
 * Returns what a safetensors file, its bytes or what was read of them, says of its training: all of it, or nothing if it
 * says nothing.
 *
 * @throws DenoiserError (`weights-damaged`) that names the first field that is illegible; `SafetensorsError` if the bytes are
 * no such file.
 */
export function readFileTraining(file: Uint8Array | Pick<TensorFile, 'metadata'>): Partial<FileTraining> {
  const { metadata } = file instanceof Uint8Array ? readSafetensorsHeader(file) : file;
  const text = metadata[KEY];
  if (text === undefined) return {};
  const damaged = (what: string): never => {
    throw new DenoiserError(
      'weights-damaged',
      `The file's metadata "${KEY}" ${what}; save the weights anew, or take this entry out of the file's metadata.`,
    );
  };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return damaged('is not JSON');
  }
  return fileTraining(value, '', (path, needed) =>
    damaged(path ? `has no valid "${path}" (it needs ${needed})` : `is not ${needed}`),
  );
}
