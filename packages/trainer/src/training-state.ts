import { DenoiserError } from '@denoiser/errors';
import type { ImageShape } from '@denoiser/ops';
import {
  type Check,
  finiteNumber,
  isRecord,
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
 * The names of the tensor files of a checkpoint; `state.json` stands beside them. The first three are always there, the
 * others where the options ask for what they hold.
 */
export type TensorFileName =
  | 'model.safetensors'
  | 'ema.safetensors'
  | 'optimizer.safetensors'
  | 'timesteps.safetensors'
  | 'power-ema.safetensors';
export const STATE_FILE = 'state.json';

/** `state.json` of a checkpoint: all that is not a tensor. */
export type TrainingState = {
  format: typeof FORMAT;
  version: typeof FORMAT_VERSION;
  /** Training steps done. */
  step: number;
  /** Epochs done, and how many images of the next one's order have been used. */
  epochsDone: number;
  position: number;
  architecture: { name: string; config: unknown };
  /** What the network was trained to give. */
  prediction: TrainingOptions['prediction'];
  options: TrainingOptions;
  dataset: { length: number; imageShape: ImageShape; classNames?: readonly string[] };
  /** The lowest validation loss of the average so far, if it is measured. */
  best?: { step: number; loss: number };
  /** Whatever the program that trains wants to find again (JSON). */
  notes?: unknown;
  /** Size and SHA-256 (hexadecimal) of each tensor file. */
  files: Partial<Record<TensorFileName, { bytes: number; sha256: string }>>;
};

/** A file of a checkpoint is missing, cut off or altered; an older checkpoint may still be whole. */
export function damaged(step: number, file: string, what: string): DenoiserError {
  return new TrainerError(
    'checkpoint-damaged',
    `${file} of checkpoint ${step} ${what}; delete that checkpoint and resume from an older one.`,
  );
}

/** More than the state of any run takes; what is larger is none. */
const MOST_BYTES = 2 ** 26;
const LONGEST_TEXT = 10_000;

/** What sampling goes by, and what nobody may therefore guess. */
const SAMPLED_BY = ['process', 'prediction', 'variance'] as const satisfies readonly (keyof TrainingOptions)[];

const count = wholeNumberIn(0);

const trainingOptions: Check<TrainingOptions> = (value, path, fail) => {
  if (!isRecord(value)) return fail(path, 'an object');
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
  notes: optional(json(MOST_BYTES)),
  files: recordOf(
    objectOf({ bytes: count, sha256: textLike(/^[0-9a-f]{64}$/, '64 hexadecimal digits') }),
    100,
  ) as Check<TrainingState['files']>,
});

/**
 * Returns the state in the bytes of a `state.json`, every field checked.
 *
 * @throws DenoiserError `checkpoint-damaged` if it isn't one, naming the first field that is illegible; `checkpoint-version`
 * if it was written by a version of the program that writes another format.
 */
export function parseState(step: number, bytes: Uint8Array): TrainingState {
  if (bytes.length > MOST_BYTES) throw damaged(step, STATE_FILE, `has ${bytes.length} bytes, too many for a state`);
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw damaged(step, STATE_FILE, 'is cut off or not JSON');
  }
  if (!isRecord(value) || value.format !== FORMAT) throw damaged(step, STATE_FILE, 'is not the state of a checkpoint');
  const fail = (path: string, needed: string): never => {
    throw damaged(step, STATE_FILE, `has no valid "${path}" (it needs ${needed})`);
  };
  wholeNumberIn(0)(value.version, 'version', fail);
  if (Number(value.version) < FORMAT_VERSION) json(LONGEST_TEXT)(value.options, 'options', fail);
  const { options, version } = value;
  if (!isRecord(options)) return fail('options', 'an object');
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

/** A sentence as a part of another. */
function sentenceWithin(message: string): string {
  return `its own ranges: ${message.replace(/\.$/, '').replaceAll(';', ',')}`;
}
