import { readSafetensors, readSafetensorsHeader, writeSafetensors } from '@denoiser/safetensors';
import type { Prediction, ScheduleOptions } from '@denoiser/schedules';

/** How the network of a file was trained: what is needed beside the weights to sample from it. */
export type TrainedAs = {
  readonly schedule: ScheduleOptions;
  readonly prediction: Prediction;
  readonly learnedVariance: boolean;
  readonly imageShape: readonly [height: number, width: number, channels: number];
  readonly classNames: readonly string[];
  readonly step: number;
};

/** The key of the metadata under which a file says it, as JSON. */
const KEY = 'denoiser.training';

/** A safetensors file that says how it was trained. The tensors stay as they are. */
export function withTraining(bytes: Uint8Array, trained: TrainedAs): Uint8Array<ArrayBuffer> {
  const file = readSafetensors(bytes);
  const metadata = { ...file.metadata, [KEY]: JSON.stringify(trained) };
  return writeSafetensors({ ...file, metadata }) as Uint8Array<ArrayBuffer>;
}

/** What a file says of its training; nothing if it does not, or not legibly. */
export function readTraining(bytes: Uint8Array): Partial<TrainedAs> {
  try {
    return JSON.parse(readSafetensorsHeader(bytes).metadata[KEY] ?? '{}');
  } catch {
    return {};
  }
}
