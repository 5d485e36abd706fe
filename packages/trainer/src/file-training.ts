import type { ImageShape } from '@denoiser/ops';
import { readSafetensorsHeader, type TensorFile } from '@denoiser/safetensors';
import type { Prediction, ScheduleOptions } from '@denoiser/schedules';
import { type Fail, isRecord, objectOf, trueOrFalse, wholeNumberIn } from './checking';
import { TrainerError } from './errors';
import { classNames, imageShape, scheduleOptions, trainedPrediction } from './field-checks';
import type { TrainingState } from './training-state';

/** How the network of a file was trained: what is needed beside the weights to sample from it. */
export type FileTraining = {
  readonly process: ScheduleOptions;
  readonly prediction: Prediction;
  readonly learnedVariance: boolean;
  readonly imageShape: ImageShape;
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
    process: options.process,
    prediction,
    learnedVariance: options.variance.type === 'learned-range',
    imageShape: dataset.imageShape,
    classNames: dataset.classNames ?? [],
    step,
  };
  return { [KEY]: JSON.stringify(training) };
}

const fileTraining = objectOf<FileTraining>({
  process: scheduleOptions,
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
 * @throws DenoiserError (`weights-damaged`) that names the first field that is illegible; `DenoiserError` if the bytes are
 * no such file.
 */
export function readFileTraining(file: Uint8Array | Pick<TensorFile, 'metadata'>): Partial<FileTraining> {
  const { metadata } = file instanceof Uint8Array ? readSafetensorsHeader(file) : file;
  const text = metadata[KEY];
  if (text === undefined) return {};
  const damaged = (what: string): never => {
    throw new TrainerError(
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
  const fail = (path: string, needed: string): never =>
    damaged(path ? `has no valid "${path}" (it needs ${needed})` : `is not ${needed}`);
  return fileTraining(isRecord(value) && 'schedule' in value ? upgraded(value, fail) : value, '', fail);
}

/** What the process was called by files of earlier versions. */
function upgraded({ schedule, ...rest }: Record<string, unknown>, fail: Fail): Record<string, unknown> {
  return { ...rest, process: scheduleOptions(schedule, 'schedule', fail) };
}
