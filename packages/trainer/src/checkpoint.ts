import { DenoiserError } from '@denoiser/errors';
import {
  memorySource,
  type OpenTensors,
  openSafetensors,
  readSafetensors,
  type TensorFile,
  writeSafetensors,
} from '@denoiser/safetensors';
import { TrainerError } from './errors';
import { FORMAT_VERSION } from './options/upgrade';
import { damaged, FORMAT, parseState, STATE_FILE, type TensorFileName, type TrainingState } from './training-state';
import type { CheckpointFile, CheckpointStore } from './types';

type NamedFile = readonly [name: TensorFileName, file: TensorFile];

/**
 * Encodes a checkpoint as files: safetensors, and a `state.json` with their sizes and SHA-256. It takes the tensors file by
 * file, so that only one file's tensors are in memory beside the bytes.
 */
export async function encodeCheckpoint(
  state: Omit<TrainingState, 'format' | 'version' | 'files'>,
  tensors: AsyncIterable<NamedFile> | Iterable<NamedFile>,
): Promise<Map<string, Uint8Array>> {
  const written = new Map<string, Uint8Array>();
  const sums: TrainingState['files'] = {};
  for await (const [name, file] of tensors) {
    const bytes = writeSafetensors(file);
    written.set(name, bytes);
    sums[name] = { bytes: bytes.length, sha256: await sha256(bytes) };
  }
  // Last: where files are written one by one, a state says that all the others are there.
  written.set(STATE_FILE, encodeState(state, sums));
  return written;
}

/** Encodes a checkpoint's `state.json`, from the sizes and sums of its files. */
export function encodeState(
  state: Omit<TrainingState, 'format' | 'version' | 'files'>,
  files: TrainingState['files'],
): Uint8Array {
  const json = JSON.stringify({ format: FORMAT, version: FORMAT_VERSION, ...state, files }, null, 2);
  return new TextEncoder().encode(`${json}\n`);
}

/** Which checkpoint to read, and how much of it. */
export type ReadCheckpointOptions<Name extends TensorFileName> = {
  /** Which checkpoint. Default: the newest that is whole. */
  step?: number;
  /** Tensor files to read and check. Default: none, only the state. */
  files?: readonly Name[];
  /** More tensor files, read where the checkpoint has them. */
  optionalFiles?: readonly TensorFileName[];
  /** Called with a sentence for each damaged checkpoint that is passed over. */
  onWarning?: (message: string) => void;
};

/** A checkpoint: its state, and the tensor files that were asked for. */
export type Checkpoint<Name extends TensorFileName> = {
  state: TrainingState;
  tensors: Record<Name, TensorFile> & Partial<Record<TensorFileName, TensorFile>>;
};

/**
 * Reads a checkpoint from a store and checks it against the sums in its `state.json`. Without `step` it takes the newest; it
 * passes over a damaged one with a warning and takes the one before.
 *
 * @throws DenoiserError `checkpoint-missing` if the store has none, or not that step; `checkpoint-damaged` if every one is,
 * with file and fault of the newest; `checkpoint-version` if a newer program wrote it.
 */
export async function readCheckpoint<Name extends TensorFileName = never>(
  store: CheckpointStore,
  options: ReadCheckpointOptions<Name> = {},
): Promise<Checkpoint<Name>> {
  const { files = [], optionalFiles = [] } = options;
  return newestWhole(store, options, (step) => readOne(store, step, files, optionalFiles));
}

/** A checkpoint whose tensor files are open. */
export type OpenFiles = {
  state: TrainingState;
  /** Of the files that were asked for and are there. */
  weights: Partial<Record<TensorFileName, OpenTensors>>;
};

/**
 * Opens tensor files of a checkpoint, all of them checked as `readCheckpoint` checks them, and hands them to `use`: each tensor is
 * read when it is asked for. Where a file can no longer be read then, the checkpoint is passed over, too, and `use` is called with
 * the one before. The files are closed afterwards.
 *
 * @throws DenoiserError as `readCheckpoint`.
 */
export async function withCheckpoint<T>(
  store: CheckpointStore,
  options: ReadCheckpointOptions<TensorFileName>,
  use: (checkpoint: OpenFiles) => Promise<T>,
): Promise<T> {
  const { files = [], optionalFiles = [] } = options;
  return newestWhole(store, options, async (step) => {
    const state = await readState(store, step);
    const weights: OpenFiles['weights'] = {};
    try {
      for (const file of [...files, ...optionalFiles.filter((name) => name in state.files)]) {
        weights[file] = await openChecked(store, state, file);
      }
      return await use({ state, weights });
    } finally {
      for (const opened of Object.values(weights)) await opened.close();
    }
  });
}

/** A checkpoint of which one tensor file is open. */
export type OpenCheckpoint = { state: TrainingState; weights: OpenTensors };

/**
 * Opens a tensor file of a checkpoint, checked as `readCheckpoint` checks it, of which each tensor is read when it is asked for.
 * The caller closes it.
 *
 * @throws DenoiserError as `readCheckpoint`.
 */
export async function openCheckpoint(
  store: CheckpointStore,
  file: TensorFileName,
  options: Pick<ReadCheckpointOptions<never>, 'step' | 'onWarning'> = {},
): Promise<OpenCheckpoint> {
  return newestWhole(store, options, async (step) => {
    const state = await readState(store, step);
    return { state, weights: await openChecked(store, state, file) };
  });
}

/** Opens a file that is the one of which the state has the sum. What can't be read of it later is damage, too. */
async function openChecked(store: CheckpointStore, state: TrainingState, file: TensorFileName): Promise<OpenTensors> {
  const { step } = state;
  const source = await openCheckpointFile(store, step, file);
  try {
    await checkFile(state, file, { bytes: source.length, sha256: () => source.sha256() });
  } catch (error) {
    await source.close();
    throw error;
  }
  const opened = await openSafetensors(source);
  return { ...opened, read: (name) => unlessUnreadable(step, file, () => opened.read(name)) };
}

/** Reads the newest checkpoint that is whole, or that of the step. */
async function newestWhole<T>(
  store: CheckpointStore,
  { step: wanted, onWarning = () => {} }: Pick<ReadCheckpointOptions<never>, 'step' | 'onWarning'>,
  read: (step: number) => Promise<T>,
): Promise<T> {
  const steps = await store.list();
  const candidates = wanted === undefined ? [...steps].reverse() : steps.filter((step) => step === wanted);
  const [newest] = candidates;
  if (newest === undefined) throw missing(wanted, steps);
  let fault: DenoiserError | undefined;
  for (const step of candidates) {
    try {
      const found = await read(step);
      if (fault) onWarning(`${reason(fault)}, so checkpoint ${step} is used instead of checkpoint ${newest}.`);
      return found;
    } catch (error) {
      if (!isDamage(error)) throw error;
      fault ??= error;
    }
  }
  throw fault;
}

const readState = async (store: CheckpointStore, step: number): Promise<TrainingState> =>
  parseState(step, await readFile(store, step, STATE_FILE));

async function readOne<Name extends TensorFileName>(
  store: CheckpointStore,
  step: number,
  files: readonly Name[],
  optionalFiles: readonly TensorFileName[],
): Promise<Checkpoint<Name>> {
  const state = await readState(store, step);
  const tensors: Partial<Record<TensorFileName, TensorFile>> = {};
  for (const file of [...files, ...optionalFiles.filter((name) => name in state.files)]) {
    const bytes = await readFile(store, step, file);
    await checkFile(state, file, { bytes: bytes.length, sha256: () => sha256(bytes) });
    tensors[file] = readSafetensors(bytes);
  }
  return { state, tensors: tensors as Checkpoint<Name>['tensors'] };
}

/** Checks a file against the sums that the state has of it. */
async function checkFile(
  { step, files }: TrainingState,
  file: TensorFileName,
  found: { readonly bytes: number; readonly sha256: () => Promise<string> },
): Promise<void> {
  const expected = files[file];
  if (!expected) throw damaged(step, STATE_FILE, `says nothing of ${file}`);
  if (found.bytes !== expected.bytes)
    throw damaged(step, file, `has ${found.bytes} bytes instead of ${expected.bytes}`);
  if ((await found.sha256()) !== expected.sha256) throw damaged(step, file, 'was changed after it was written');
}

const readFile = (store: Pick<CheckpointStore, 'read'>, step: number, file: string): Promise<Uint8Array> =>
  unlessUnreadable(step, file, () => store.read(step, file));

/** Opens a file of a checkpoint; one of a store that cannot is read as a whole. The caller closes it. */
export async function openCheckpointFile(
  store: Pick<CheckpointStore, 'read' | 'open'>,
  step: number,
  file: string,
): Promise<CheckpointFile> {
  if (store.open) return unlessUnreadable(step, file, () => (store.open as NonNullable<typeof store.open>)(step, file));
  const bytes = await readFile(store, step, file);
  return { ...memorySource(bytes), sha256: () => sha256(bytes), close: async () => {} };
}

async function unlessUnreadable<T>(step: number, file: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    throw damaged(step, file, `cannot be read (${error instanceof Error ? trimmed(error.message) : error})`);
  }
}

function missing(step: number | undefined, steps: readonly number[]): DenoiserError {
  if (steps.length === 0) {
    return new TrainerError('checkpoint-missing', 'There is no checkpoint to read; train first, or check the path.');
  }
  return new TrainerError(
    'checkpoint-missing',
    `There is no checkpoint of step ${step}; choose one of ${steps.join(', ')}.`,
  );
}

function isDamage(error: unknown): error is DenoiserError {
  return error instanceof DenoiserError && error.code === 'checkpoint-damaged';
}

/** Returns what is wrong, without the advice. */
function reason(fault: DenoiserError): string {
  return trimmed(fault.message.split(';')[0]);
}

function trimmed(sentence: string): string {
  return sentence.replace(/\.$/, '');
}

async function sha256(bytes: Uint8Array): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
