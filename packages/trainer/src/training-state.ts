import { DenoiserError } from '@denoiser/ops';
import type { TrainingOptions } from './options/training-options';
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
  /** The epoch under way, from 0, and how many images of its order have been used. */
  epoch: number;
  position: number;
  architecture: { name: string; config: unknown };
  /** What the network was trained to give. */
  prediction: TrainingOptions['prediction'];
  options: TrainingOptions;
  dataset: { length: number; imageShape: readonly [number, number, number]; classNames?: readonly string[] };
  /** The lowest validation loss of the average so far, if it is measured. */
  best?: { step: number; loss: number };
  /** Whatever the program that trains wants to find again (JSON). */
  notes?: unknown;
  /** Size and SHA-256 (hexadecimal) of each tensor file. */
  files: Partial<Record<TensorFileName, { bytes: number; sha256: string }>>;
};

/** A file of a checkpoint is missing, cut off or altered; an older checkpoint may still be whole. */
export function damaged(step: number, file: string, what: string): DenoiserError {
  return new DenoiserError(
    'checkpoint-damaged',
    `${file} of checkpoint ${step} ${what}; delete that checkpoint and resume from an older one.`,
  );
}

/**
 * The state in the bytes of a `state.json`. Errors: `checkpoint-damaged` if it isn't one, `checkpoint-version` if it was
 * written by a version of the program that writes another format.
 */
export function parseState(step: number, bytes: Uint8Array): TrainingState {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw damaged(step, STATE_FILE, 'is cut off or not JSON');
  }
  if (!isRecord(value) || value.format !== FORMAT) throw damaged(step, STATE_FILE, 'is not the state of a checkpoint');
  if (!isRecord(value.options)) throw damaged(step, STATE_FILE, 'has no valid "options"');
  const state = upgradeState(value);
  if (!state) {
    throw new DenoiserError(
      'checkpoint-version',
      `${STATE_FILE} of checkpoint ${step} has format version ${value.version}, and this program reads versions 1 to ${FORMAT_VERSION}; use the version of denoiser that wrote it.`,
    );
  }
  const incomplete = ['step', 'epoch', 'position'].find(
    (key) => !Number.isSafeInteger(value[key]) || Number(value[key]) < 0,
  );
  const missing = ['architecture', 'dataset', 'files'].find((key) => !isRecord(value[key]));
  if (incomplete ?? missing) throw damaged(step, STATE_FILE, `has no valid "${incomplete ?? missing}"`);
  return state as TrainingState;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
