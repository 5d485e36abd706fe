import type { ByteSource, OpenTensors } from '@denoiser/safetensors';
import type { Prediction, Process, ProcessOptions } from '@denoiser/schedules';
import type { CheckpointStore } from '@denoiser/trainer';
import type { Precision } from '@denoiser/unet';
import { checkOptionNames, optionInvalid } from './check-options';
import type { FileFolder } from './diffusers/file-folder';
import type { NetworkKind } from './networks';

/** What a model is opened from: the checkpoints of a run, a file of PyTorch, a safetensors file, which may be a set of
 * shards, or a folder as diffusers saves a model. */
export type ModelSource = CheckpointStore | FileFolder | Uint8Array | ArrayBuffer | ByteSource | OpenTensors;

/**
 * Which weights: averaged ones or the live ones, of a run or of a file of PyTorch; the average of a relative length
 * (post-hoc EMA) of a run; those at a key of a file of PyTorch, as `{ at: 'model.state_dict' }`.
 */
export type WeightsChoice = 'ema' | 'model' | { readonly length: number } | { readonly at: string };

export interface OpenModelOptions {
  /**
   * Default 'ema', in a file of PyTorch an average where there is one. `{ length }` is σ_rel of Karras et al. 2024
   * (arXiv:2312.02696), of a run with `postHocEma`.
   */
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
  /**
   * What filters and matrices are in memory: with 'f16' float16, half of it, and with 'f16-all' what is computed of them, too. For drawing on
   * WebGPU. Default 'f32'.
   */
  readonly precision?: Precision | undefined;
  /** Kinds of network that can be loaded. Default: those of this library. */
  readonly networks?: readonly NetworkKind[];
  /** Told in a sentence of what is odd though the model opens, such as a damaged checkpoint that was passed over. */
  readonly onWarning?: (message: string) => void;
}

const OF_RUNS = ['checkpoint', 'snapshots'] as const;
const OF_FILES = ['process', 'prediction', 'imageSize', 'classNames'] as const;
const ALL = ['weights', ...OF_RUNS, ...OF_FILES, 'name', 'precision', 'networks', 'onWarning'];

/**
 * Checks that the options are some, and fit the kind of source.
 *
 * @throws DenoiserError for the first that does not.
 */
export function checkModelOptions(where: string, options: OpenModelOptions, kind: 'run' | 'file' | 'folder'): void {
  checkOptionNames(where, options, ALL);
  const isFile = kind !== 'run';
  const misplaced = (isFile ? OF_RUNS : OF_FILES).find((name) => options[name] !== undefined);
  if (misplaced) {
    throw optionInvalid(
      isFile
        ? `\`${misplaced}\` chooses from a run, but ${nameOf(options, 'the source')} is a ${kind}; leave it out.`
        : `\`${misplaced}\` is for bare .safetensors files; ${nameOf(options, 'the checkpoints')} know their own.`,
    );
  }
  const { weights } = options;
  if (kind === 'folder' && weights !== undefined) {
    throw optionInvalid(
      `\`weights\` chooses from a run or a file of PyTorch, but ${nameOf(options, 'the source')} is a folder; leave it out.`,
    );
  }
  if (typeof weights !== 'object') return;
  if ('length' in weights && isFile) {
    throw optionInvalid(
      `\`weights\` of a length are made from a run, but ${nameOf(options, 'the source')} is a file; leave it out.`,
    );
  }
  if ('at' in weights && !isFile) {
    throw optionInvalid(
      `\`weights\` of ${nameOf(options, 'the checkpoints')} are ema or model, not ${JSON.stringify(weights.at)}.`,
    );
  }
}

/** What messages call the source. */
export const nameOf = ({ name }: OpenModelOptions, otherwise: string): string => name ?? otherwise;
