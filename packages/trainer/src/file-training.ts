import { readSafetensorsHeader } from '@denoiser/safetensors';
import type { Prediction, ScheduleOptions } from '@denoiser/schedules';
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

/** What a safetensors file says of its training; nothing if it does not, or not legibly. */
export function readFileTraining(bytes: Uint8Array): Partial<FileTraining> {
  try {
    return JSON.parse(readSafetensorsHeader(bytes).metadata[KEY] ?? '{}');
  } catch {
    return {};
  }
}
