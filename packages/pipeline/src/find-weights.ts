import { describeValue, isObject } from '@denoiser/errors';
import { type ByteSource, memorySource, type OpenTensors, type TensorFile } from '@denoiser/safetensors';
import { type CheckpointStore, reconstructEma } from '@denoiser/trainer';
import {
  type FileTraining,
  type OpenCheckpoint,
  openCheckpoint,
  readCheckpoint,
  readFileTraining,
} from '@denoiser/trainer/parts';
import { optionInvalid } from './check-options';
import type { FileFolder } from './diffusers/file-folder';
import { openDiffusers } from './diffusers/open-folder';
import { type DrawingDefaults, readDrawingDefaults } from './drawing-defaults';
import { naming, PipelineError } from './errors';
import { firstNotFinite } from './finite';
import { checkModelOptions, type ModelSource, nameOf, type OpenModelOptions } from './model-source';
import { checkNoChoice, type FileWeights, type OpenWeights, openWeights } from './open-weights';

/** How a network was trained, as far as its source says it, and how it is drawn from unless that is said otherwise. */
export interface KnownTraining extends Partial<FileTraining>, DrawingDefaults {}

/** Weights, read one by one, and what their source says of them. */
export interface FoundWeights {
  readonly weights: OpenTensors;
  readonly training: KnownTraining;
  /** Of a model of diffusers: what its scheduler's file says. */
  readonly schedulerConfig?: Readonly<Record<string, unknown>>;
  /** Where they are from, for people. */
  readonly description: string;
}

/**
 * Finds the weights of a model and hands them to `use`. Sources of a file are closed, whatever comes of it; the sentence of an
 * error in one begins with its name.
 *
 * @param where what messages call the caller
 */
export async function withWeights<T>(
  where: string,
  source: ModelSource,
  options: OpenModelOptions,
  use: (found: FoundWeights) => Promise<T>,
): Promise<T> {
  if (!isSource(source)) {
    throw optionInvalid(
      `${where} opens checkpoints, a folder or a file's bytes, in Node also paths and addresses, not ${describeValue(source)}.`,
    );
  }
  if (isStore(source)) {
    checkModelOptions(where, options, 'run');
    return ofCheckpoint(source, options, use);
  }
  if (isFolder(source)) {
    checkModelOptions(where, options, 'folder');
    return ofFolder(source, options, use);
  }
  const file = source instanceof Uint8Array || source instanceof ArrayBuffer ? sourceOf(source) : source;
  let weights: OpenWeights | undefined;
  try {
    checkModelOptions(where, options, 'file');
    const name = nameOf(options, 'the file');
    return await naming(name, async () => {
      const choice = options.weights as FileWeights | undefined; // was checked
      if ('tensors' in file) checkNoChoice(choice);
      weights = 'tensors' in file ? file : await openWeights(file, choice);
      const training = { ...readFileTraining(weights), ...readDrawingDefaults(weights) };
      return use({ weights, training, description: weights.which ? `${name}, ${weights.which}` : name });
    });
  } finally {
    await (weights ?? file).close?.();
  }
}

const isSource = (source: unknown): boolean =>
  source instanceof Uint8Array ||
  source instanceof ArrayBuffer ||
  (isObject(source) && (typeof source.read === 'function' || typeof source.open === 'function'));
const isStore = (source: ModelSource): source is CheckpointStore => 'list' in source && 'write' in source;
const isFolder = (source: ModelSource): source is FileFolder => 'list' in source && 'open' in source;

const sourceOf = (bytes: Uint8Array | ArrayBuffer): ByteSource => memorySource(new Uint8Array(bytes));

async function ofFolder<T>(
  folder: FileFolder,
  options: OpenModelOptions,
  use: (found: FoundWeights) => Promise<T>,
): Promise<T> {
  const name = nameOf(options, 'the folder');
  return naming(name, async () => {
    const { weights, scheduler, schedulerConfig, file } = await openDiffusers(folder);
    try {
      for (const warning of scheduler?.warnings ?? []) options.onWarning?.(warning);
      const { process, prediction, sampler } = scheduler ?? {};
      return await use({
        weights,
        training: { ...(process && { process }), ...(prediction && { prediction }), ...(sampler && { sampler }) },
        ...(schedulerConfig && { schedulerConfig }),
        description: `${name}, ${file}`,
      });
    } finally {
      await weights.close();
    }
  });
}

async function ofCheckpoint<T>(
  store: CheckpointStore,
  options: OpenModelOptions,
  use: (found: FoundWeights) => Promise<T>,
): Promise<T> {
  const name = nameOf(options, 'the checkpoints');
  if ((await store.list()).length === 0) {
    throw new PipelineError('checkpoint-missing', `There is no checkpoint in ${name} yet; train until one is written.`);
  }
  const { state, weights, which } = await chosenOf(store, options);
  const { step, prediction, dataset, options: trained } = state;
  try {
    return await use({
      weights,
      training: {
        process: trained.process,
        prediction,
        learnedVariance: trained.variance.type === 'learned-range',
        imageShape: dataset.imageShape,
        classNames: dataset.classNames ?? [],
        step,
      },
      description: `${name}, ${which}`,
    });
  } finally {
    await weights.close();
  }
}

/** The chosen weights of a run, and which they are, in a few words. */
async function chosenOf(
  store: CheckpointStore,
  { weights = 'ema', checkpoint, snapshots, onWarning }: OpenModelOptions,
): Promise<OpenCheckpoint & { readonly which: string }> {
  const choice = { ...(checkpoint !== undefined && { step: checkpoint }), ...(onWarning && { onWarning }) };
  if (typeof weights === 'object' && 'length' in weights) {
    const { state } = await readCheckpoint(store, choice);
    const { tensors, description } = await averageOf(snapshots, weights.length, checkpoint);
    return { state, weights: openedOf(tensors), which: description };
  }
  const isLive = weights === 'model';
  const opened = await openCheckpoint(store, isLive ? 'model.safetensors' : 'ema.safetensors', choice);
  return { ...opened, which: `step ${opened.state.step}, ${isLive ? 'live' : 'averaged'} weights` };
}

/** An average of another length, which ends at the chosen checkpoint or the last snapshot before it. */
async function averageOf(
  snapshots: CheckpointStore | undefined,
  length: number,
  checkpoint = Number.POSITIVE_INFINITY,
): Promise<{ tensors: TensorFile; description: string }> {
  const last = (await snapshots?.list())?.filter((step) => step <= checkpoint).at(-1);
  if (!snapshots || last === undefined) {
    throw new PipelineError(
      'snapshots-missing',
      'There are no snapshots of averages to make one of that length from; train with `postHocEma`.',
    );
  }
  const tensors = await reconstructEma(snapshots, { sigmaRel: length, step: last });
  return { tensors, description: `average of relative length ${length} up to step ${last}` };
}

/** Tensors in memory as opened ones. */
const openedOf = ({ metadata, tensors }: TensorFile): OpenTensors => ({
  metadata,
  tensors,
  read: async (name) => tensors.get(name) as never,
  close: async () => {},
});

/** Returns weights whose numbers are found finite when they are read. */
export function finiteOnly(weights: OpenTensors): OpenTensors {
  return {
    ...weights,
    async read(name) {
      const entry = await weights.read(name);
      const at = firstNotFinite(entry);
      if (at < 0) return entry;
      throw new PipelineError(
        'weights-damaged',
        `The weights are damaged: value ${at} of ${name} is not a finite number; take an earlier checkpoint, or the file anew.`,
      );
    },
  };
}
