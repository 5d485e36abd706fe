import { DenoiserError, isDenoiserError } from '@denoiser/errors';
import type { ImageShape } from '@denoiser/ops';
import { isPyTorchFile, readPyTorch, stateDictOf } from '@denoiser/pytorch';
import {
  type ByteSource,
  memorySource,
  type OpenTensors,
  openSafetensors,
  readAllTensors,
  type TensorFile,
} from '@denoiser/safetensors';
import { createProcess, type Prediction, type Process, type ProcessOptions, signalWarning } from '@denoiser/schedules';
import { type CheckpointStore, reconstructEma } from '@denoiser/trainer';
import { readCheckpoint, readFileTraining } from '@denoiser/trainer/parts';
import { checkOptionNames, optionInvalid } from './check-options';
import { PipelineError } from './errors';
import { firstNotFinite } from './finite';
import type { WeightsModel } from './model';
import { countParameters, imageFactsOf, loadNetwork, type Network, type NetworkKind, networks } from './networks';

/** A safetensors file or one of PyTorch: its bytes, where they can be read, or its tensors, opened. */
type FileSource = Uint8Array | ArrayBuffer | ByteSource | OpenTensors;

/** What a model is opened from: the checkpoints of a run, a file of PyTorch, or a safetensors file, which may be a
 * set of shards. */
export type ModelSource = CheckpointStore | FileSource;

/** Which of a run's weights: averaged ones, those of the last step, or the average of a relative length (post-hoc EMA). */
export type WeightsChoice = 'ema' | 'model' | { readonly length: number };

export interface OpenModelOptions {
  /** Default 'ema'. `{ length }` is σ_rel of Karras et al. 2024 (arXiv:2312.02696), of a run with `postHocEma`. */
  readonly weights?: WeightsChoice;
  /** Which checkpoint of a run. Default: the latest that is whole. */
  readonly checkpoint?: number;
  /** Where the snapshots of averages are, for `weights: { length }`. */
  readonly snapshots?: CheckpointStore;
  /** How a file was trained, where it does not say so itself. Default: as the original program, linear in 1000 steps. */
  readonly process?: Process | ProcessOptions;
  /** What the network of a file gives. Default: as the file says, else ε. */
  readonly prediction?: Prediction;
  /** The size of a file's images. Default: as the file says, else 64. */
  readonly imageSize?: number | readonly [height: number, width: number];
  /** Names of a file's classes. Default: as the file says, else their numbers. */
  readonly classNames?: readonly string[];
  /** What messages call the source. Default 'the checkpoints' or 'the file'. */
  readonly name?: string;
  /** Kinds of network that can be loaded. Default: those of this library. */
  readonly networks?: readonly NetworkKind[];
  /** Told in a sentence of what is odd though the model opens, such as a damaged checkpoint that was passed over. */
  readonly onWarning?: (message: string) => void;
}

const OF_RUNS = ['weights', 'checkpoint', 'snapshots'] as const;
const OF_FILES = ['process', 'prediction', 'imageSize', 'classNames'] as const;
const ALL = [...OF_RUNS, ...OF_FILES, 'name', 'networks', 'onWarning'];

/**
 * Opens a trained model: the latest checkpoint of a run, with its averaged weights, or a safetensors file. Files that
 * this library wrote say themselves how they were trained. Sources of a file are closed, whatever comes of it.
 *
 * @throws DenoiserError where there is no checkpoint, where a file is damaged or holds another kind of network, and where
 * an option does not fit the source.
 */
export async function openModel(source: ModelSource, options: OpenModelOptions = {}): Promise<WeightsModel> {
  const file = fileOf(source);
  try {
    checkOptionNames('openModel', options, ALL);
    const misplaced = (file ? OF_RUNS : OF_FILES).find((name) => options[name] !== undefined);
    if (misplaced) {
      throw optionInvalid(
        file
          ? `\`${misplaced}\` chooses from a run, but ${nameOf(options, 'the source')} is a file; leave it out.`
          : `\`${misplaced}\` is for bare .safetensors files; ${nameOf(options, 'the checkpoints')} know their own.`,
      );
    }
    return await (file ? openFile(file, options) : openCheckpoint(source as CheckpointStore, options));
  } finally {
    await file?.close?.();
  }
}

/** A file as what it is read of; undefined for the checkpoints of a run. */
function fileOf(source: ModelSource): ByteSource | OpenTensors | undefined {
  if (source instanceof Uint8Array || source instanceof ArrayBuffer) return memorySource(new Uint8Array(source));
  return 'list' in source ? undefined : source;
}

const nameOf = ({ name }: OpenModelOptions, otherwise: string): string => name ?? otherwise;

async function openCheckpoint(store: CheckpointStore, options: OpenModelOptions): Promise<WeightsModel> {
  const { weights = 'ema', checkpoint, snapshots, onWarning } = options;
  const average = typeof weights === 'object' ? weights : undefined;
  const name = nameOf(options, 'the checkpoints');
  if ((await store.list()).length === 0) {
    throw new PipelineError('checkpoint-missing', `There is no checkpoint in ${name} yet; train until one is written.`);
  }
  const which = weights === 'model' ? 'model.safetensors' : 'ema.safetensors';
  const { state, tensors } = await readCheckpoint(store, {
    ...(checkpoint !== undefined && { step: checkpoint }),
    files: average ? [] : [which],
    ...(onWarning && { onWarning }),
  });
  const file = average
    ? await averageOf(snapshots, average.length, checkpoint)
    : {
        tensors: tensors[which],
        description: `step ${state.step}, ${weights === 'model' ? 'live' : 'averaged'} weights`,
      };
  const { dataset } = state;
  const process = createProcess(state.options.process);
  warnOfSignal(process, onWarning);
  return modelOf(open(file.tensors, options), {
    process,
    prediction: state.prediction,
    imageShape: dataset.imageShape,
    classNames: dataset.classNames ?? [],
    step: state.step,
    description: `${name}, ${file.description}`,
  });
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

async function openFile(source: ByteSource | OpenTensors, options: OpenModelOptions): Promise<WeightsModel> {
  const name = nameOf(options, 'the file');
  const { network, training, description } = await told(name, async () => {
    const { tensors, description } = 'tensors' in source ? { tensors: source } : await openWeights(source);
    // Before the weights take memory.
    const training = readFileTraining(tensors);
    const network = open('read' in tensors ? await readAllTensors(tensors) : tensors, options);
    return { training, network, description: description ? `${name}, ${description}` : name };
  });
  try {
    const facts = imageFactsOf(network);
    const { classes = 0, channels = 3 } = facts;
    const [height = 64, width = height] = [
      options.imageSize ?? training.imageShape?.slice(0, 2) ?? facts.imageSize ?? [],
    ].flat();
    const isNamed = training.classNames?.length === classes;
    const classNames =
      options.classNames ?? ((isNamed && training.classNames) || Array.from({ length: classes }, (_, i) => String(i)));
    if (classNames.length !== classes) {
      throw optionInvalid(
        `\`classNames\` has ${classNames.length} names for a network with ${classes || 'no'} classes; give one for each.`,
      );
    }
    const process = createProcess(options.process ?? training.process ?? { type: 'linear', steps: 1000 });
    warnOfSignal(process, options.onWarning);
    return modelOf(network, {
      process,
      prediction: options.prediction ?? training.prediction,
      imageShape: [height, width, channels],
      classNames,
      step: training.step,
      description,
    });
  } catch (error) {
    network.dispose();
    throw error;
  }
}

/** Opens a safetensors file, or reads the weights in a file of PyTorch and says which of those in it they are. */
async function openWeights(source: ByteSource): Promise<{ tensors: OpenTensors | TensorFile; description?: string }> {
  const start = await source.read(0, Math.min(8, source.length));
  if (isPyTorchFile(start)) {
    const { tensors, description } = stateDictOf(await readPyTorch(source));
    return { tensors: { metadata: {}, tensors }, description };
  }
  // The first bytes, known now, are not read again.
  const read: ByteSource['read'] = async (from, to) =>
    to <= start.length ? start.subarray(from, to) : source.read(from, to);
  return { tensors: await openSafetensors({ length: source.length, read }) };
}

/** Tells where sampling begins elsewhere than training ended. */
function warnOfSignal(process: Process, onWarning: OpenModelOptions['onWarning']): void {
  const warning = signalWarning(process);
  if (warning) onWarning?.(warning);
}

/** Loads the network of a file whose numbers are finite. */
function open(file: TensorFile, options: OpenModelOptions): Network {
  for (const [name, entry] of file.tensors) {
    const at = firstNotFinite(entry);
    if (at < 0) continue;
    throw new PipelineError(
      'weights-damaged',
      `The weights are damaged: value ${at} of ${name} is not a finite number; take an earlier checkpoint, or the file anew.`,
    );
  }
  return loadNetwork(file, options.networks ?? networks);
}

/** What a network gives unless its file says; a process by σ says it itself. */
const PREDICTIONS = { discrete: 'epsilon', angle: 'v', flow: 'flow' } as const;

interface Facts {
  readonly process: Process;
  readonly prediction: Prediction | undefined;
  readonly imageShape: ImageShape;
  readonly classNames: readonly string[];
  readonly step: number | undefined;
  readonly description: string;
}

function modelOf(network: Network, { prediction, step, process, ...facts }: Facts): WeightsModel {
  const dispose = () => network.dispose();
  const { learnedVariance = false } = imageFactsOf(network);
  const given = process.kind === 'sigma' ? undefined : (prediction ?? PREDICTIONS[process.kind]);
  return {
    ...facts,
    process,
    architecture: network.architecture,
    parameterCount: countParameters(network),
    ...(given && { prediction: given }),
    learnedVariance,
    ...(step !== undefined && { step }),
    network,
    dispose,
    [Symbol.dispose]: dispose,
  };
}

/** Runs `action`; the sentence of an error in it begins with the file's name. */
async function told<T>(name: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    if (!isDenoiserError(error)) throw error;
    throw new DenoiserError(error.code, `${name}: ${error.message}`);
  }
}
