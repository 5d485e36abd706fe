import { DenoiserError, isObject } from '@denoiser/errors';
import type { ImageShape } from '@denoiser/ops';
import {
  type Check,
  finiteNumber,
  json,
  objectOf,
  optional,
  recordOf,
  textLike,
  textUpTo,
  wholeNumberIn,
} from './checking';
import { TrainerError } from './errors';
import { classNames, imageShape, scheduleOptions, trainedPrediction } from './field-checks';
import { resolveOptions, type TrainingOptions, type TrainingOptionsInput } from './options/training-options';
import { FORMAT_VERSION, upgradeState } from './options/upgrade';

export const FORMAT = 'denoiser-checkpoint';

/**
 * Names of a checkpoint's tensor files, beside its `state.json`. The first three are always there, the others if the options
 * need them.
 */
export type TensorFileName =
  | 'model.safetensors'
  | 'ema.safetensors'
  | 'optimizer.safetensors'
  | 'timesteps.safetensors'
  | 'power-ema.safetensors';
export const STATE_FILE = 'state.json';

/** The content of a checkpoint's `state.json`: all that is not a tensor. */
export type TrainingState = {
  format: typeof FORMAT;
  version: typeof FORMAT_VERSION;
  /** Steps done. */
  step: number;
  /** Epochs done, and images used of the next one's order. */
  epochsDone: number;
  position: number;
  architecture: { name: string; config: unknown };
  /** What the network was trained to give. */
  prediction: TrainingOptions['prediction'];
  options: TrainingOptions;
  dataset: { length: number; imageShape: ImageShape; classNames?: readonly string[] };
  /** The lowest validation loss of the average so far, and its step. */
  best?: { step: number; loss: number };
  /** Seconds that training has taken, where these are the length of the run. */
  seconds?: number;
  /** JSON of the program that trains. */
  notes?: unknown;
  /** Size in bytes and SHA-256 in hexadecimal of each tensor file. */
  files: Partial<Record<TensorFileName, { bytes: number; sha256: string }>>;
};

/** Returns the error of a checkpoint's file that is missing, cut off or altered. */
export function damaged(step: number, file: string, what: string): DenoiserError {
  return new TrainerError(
    'checkpoint-damaged',
    `${file} of checkpoint ${step} ${what}; delete that checkpoint and resume from an older one.`,
  );
}

/** More than the state of any run takes. */
const MOST_BYTES = 2 ** 26;
const LONGEST_TEXT = 10_000;

/** Options that sampling needs, which are never guessed. */
const SAMPLED_BY = ['process', 'prediction', 'variance'] as const satisfies readonly (keyof TrainingOptions)[];

const count = wholeNumberIn(0);

const secondsTaken: Check<number> = (value, path, fail) =>
  finiteNumber(value, path, fail) >= 0 ? (value as number) : fail(path, 'a number from 0');

const trainingOptions: Check<TrainingOptions> = (value, path, fail) => {
  if (!isObject(value)) return fail(path, 'an object');
  json(LONGEST_TEXT)(value, path, fail);
  for (const name of SAMPLED_BY) if (value[name] === undefined) fail(`${path}.${name}`, 'to be there');
  scheduleOptions(value.process, `${path}.process`, fail);
  try {
    return resolveOptions(value as unknown as TrainingOptionsInput);
  } catch (error) {
    if (!(error instanceof DenoiserError)) throw error;
    return fail(path, sentenceWithin(error.message));
  }
};

const trainingState = objectOf<TrainingState>({
  format: (value) => value as typeof FORMAT,
  version: (value) => value as typeof FORMAT_VERSION,
  step: count,
  epochsDone: count,
  position: count,
  architecture: objectOf({ name: textUpTo(LONGEST_TEXT), config: json(LONGEST_TEXT) }),
  prediction: trainedPrediction,
  options: trainingOptions,
  dataset: objectOf<TrainingState['dataset']>({
    length: count,
    imageShape,
    classNames: optional(classNames) as Check<readonly string[]>,
  }),
  best: optional(objectOf({ step: count, loss: finiteNumber })) as Check<{ step: number; loss: number }>,
  seconds: optional(secondsTaken) as Check<number>,
  notes: optional(json(MOST_BYTES)),
  files: recordOf(
    objectOf({ bytes: count, sha256: textLike(/^[0-9a-f]{64}$/, '64 hexadecimal digits') }),
    100,
  ) as Check<TrainingState['files']>,
});

/**
 * Parses the bytes of a `state.json` and checks every field. A state of an earlier version is brought up to date.
 *
 * @throws DenoiserError `checkpoint-damaged` that names the first wrong field; `checkpoint-version` if a newer program wrote it.
 */
export function parseState(step: number, bytes: Uint8Array): TrainingState {
  if (bytes.length > MOST_BYTES) throw damaged(step, STATE_FILE, `has ${bytes.length} bytes, too many for a state`);
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw damaged(step, STATE_FILE, 'is cut off or not JSON');
  }
  if (!isObject(value) || value.format !== FORMAT) throw damaged(step, STATE_FILE, 'is not the state of a checkpoint');
  const fail = (path: string, needed: string): never => {
    throw damaged(step, STATE_FILE, `has no valid "${path}" (it needs ${needed})`);
  };
  wholeNumberIn(0)(value.version, 'version', fail);
  if (Number(value.version) < FORMAT_VERSION) json(LONGEST_TEXT)(value.options, 'options', fail);
  const { options, version } = value;
  if (!isObject(options)) return fail('options', 'an object');
  // Under the name that it has in the file.
  if (Number(version) < 3) scheduleOptions(options.schedule, 'options.schedule', fail);
  const state = upgradeState(value);
  if (!state) {
    throw new TrainerError(
      'checkpoint-version',
      `${STATE_FILE} of checkpoint ${step} has format version ${value.version}, and this program reads versions 1 to ${FORMAT_VERSION}; use the version of denoiser that wrote it.`,
    );
  }
  return trainingState(state, '', fail);
}

/** Makes a sentence a part of another. */
function sentenceWithin(message: string): string {
  return `its own ranges: ${message.replace(/\.$/, '').replaceAll(';', ',')}`;
}
