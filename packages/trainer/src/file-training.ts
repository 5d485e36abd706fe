import { isObject } from '@denoiser/errors';
import type { ImageShape } from '@denoiser/ops';
import { readSafetensorsHeader, type TensorFile } from '@denoiser/safetensors';
import type { Prediction, ProcessOptions } from '@denoiser/schedules';
import { type Fail, objectOf, oneOf, trueOrFalse, wholeNumberIn } from './checking';
import { TrainerError } from './errors';
import { classNames, imageShape, processOptions, scheduleOptions } from './field-checks';
import type { TrainingState } from './training-state';

/** How the network in a file was trained: what sampling needs beside the weights. */
export type FileTraining = {
  /** Also one that nothing is trained on here, of a model of others. */
  readonly process: ProcessOptions;
  readonly prediction: Prediction;
  readonly learnedVariance: boolean;
  readonly imageShape: ImageShape;
  readonly classNames: readonly string[];
  readonly step: number;
};

/** The metadata key of a safetensors file that holds it, as JSON. */
const KEY = 'denoiser.training';

/** Returns the metadata with which one can sample from a checkpoint's weights without its `state.json`. */
export function trainingMetadata({
  options,
  prediction,
  dataset,
  step,
}: Pick<TrainingState, 'options' | 'prediction' | 'dataset' | 'step'>): Record<string, string> {
  return writeFileTraining({
    process: options.process,
    prediction,
    learnedVariance: options.variance.type === 'learned-range',
    imageShape: dataset.imageShape,
    classNames: dataset.classNames ?? [],
    step,
  });
}

/** Returns the metadata of a safetensors file that says how its network was trained. */
export const writeFileTraining = (training: FileTraining): Record<string, string> => ({
  [KEY]: JSON.stringify(training),
});

const fileTraining = objectOf<FileTraining>({
  process: processOptions,
  prediction: oneOf(['epsilon', 'x0', 'v', 'flow']),
  learnedVariance: trueOrFalse,
  imageShape,
  classNames,
  step: wholeNumberIn(0),
});

/**
 * Reads how the network of a safetensors file was trained. The result is complete, or empty if the file does not say.
 *
 * @param file the file's bytes, or what was read of them
 * @throws DenoiserError `weights-damaged` that names the first wrong field; `SafetensorsError` if the bytes are no such file.
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
  const training = fileTraining(isObject(value) && 'schedule' in value ? upgraded(value, fail) : value, '', fail);
  if ((training.prediction === 'flow') !== (training.process.kind === 'flow')) {
    return fail('prediction', 'to be flow for a flow, and for nothing else');
  }
  return training;
}

/** Renames the process, which files of earlier versions call the schedule. */
function upgraded({ schedule, ...rest }: Record<string, unknown>, fail: Fail): Record<string, unknown> {
  return { ...rest, process: scheduleOptions(schedule, 'schedule', fail) };
}
