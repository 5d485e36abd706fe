import { readSafetensorsHeader } from '@denoiser/safetensors';
import type { Prediction, ScheduleOptions } from '@denoiser/schedules';

/** How a network was trained, as far as its file says it. */
export interface FileTraining {
  schedule?: ScheduleOptions;
  prediction?: Prediction;
  imageShape?: readonly [height: number, width: number, channels: number];
  classNames?: readonly string[];
}

/** Where `@denoiser/backend-web` puts it into the files that a page gives away: JSON in the metadata. */
const KEY = 'denoiser.training';

/** What a safetensors file says of its training; nothing if it does not, or not legibly. */
export function readFileTraining(bytes: Uint8Array): FileTraining {
  try {
    return JSON.parse(readSafetensorsHeader(bytes).metadata[KEY] ?? '{}');
  } catch {
    return {};
  }
}
