import type { ImageShape } from '@denoiser/ops';
import type { ByteSource, OpenTensors, TensorEntry, TensorFile } from '@denoiser/safetensors';
import type { Conditioning } from '@denoiser/samplers';
import type { Tensor, Tensor1D, Tensor4D, Variable } from '@tensorflow/tfjs-core';
import type { RunPart } from './recompute';

/**
 * A synchronous `Denoiser`, as gradients need it: from x [B, H, W, C] and time [B] it returns [B, H, W, C], with a learned
 * variance [B, H, W, 2C].
 */
export type TrainableDenoiser = (x: Tensor4D, time: Tensor1D, conditioning?: Conditioning) => Tensor4D;

/** How a network runs in a training step, where that differs from sampling. */
export type TrainingMode = {
  /** Share of activations to drop, from 0 to below 1. */
  readonly dropout: number;
  /** Random masks must be a pure function of seed, step and each image's place in the step's batch, [B]. */
  readonly seed: number;
  readonly step: number;
  readonly places: readonly number[];
  /** Runs a block: call it for every block of the network. It keeps the block's activations, or only its inputs. */
  readonly runPart: RunPart;
};

/** A network as the trainer sees it: named variables, and functions of them. See `trainableModel`, and `@denoiser/unet`. */
export interface TrainableModel {
  /** JSON for checkpoints. A checkpoint of another architecture is refused. */
  readonly architecture: { readonly name: string; readonly config: unknown };
  /** The live parameters by name, which the trainer updates in place. */
  readonly parameters: ReadonlyMap<string, Variable>;
  /** What the table of classes is called, a row for each, in networks of this kind that have one. Default label_emb.weight. */
  readonly classTable?: string;
  /** Whether the times that it is told must be above 0, as it takes their logarithm. Default false. */
  readonly timesAbove0?: boolean;
  /** Returns the network with these parameters, by default the live ones. */
  denoiser(parameters?: ReadonlyMap<string, Tensor>): TrainableDenoiser;
  /** Returns the live network in its training form. A network without one leaves it out. */
  trainingDenoiser?(mode: TrainingMode): TrainableDenoiser;
  /** Share of activations that its training form drops where training names none. Default 0. */
  readonly dropout?: number;
  /** Throws a sentence for a class that the network does not have. A network without classes may leave it out. */
  checkLabels?(labels: ArrayLike<number>): void;
  /** Returns parameters, or tensors of their names and shapes, in the layout of files. */
  exportParameters(parameters: ReadonlyMap<string, Tensor>): Promise<TensorFile>;
  /** Reverses `exportParameters`, and checks names and shapes. The caller disposes the tensors. */
  importParameters(file: TensorFile): Map<string, Tensor>;
  /** The same one by one. A network without it is given all of a file at once. */
  readonly inFiles?: ParametersInFiles;
}

/** Parameters in the layout of files, one by one: memory holds one of them beside the network. */
export interface ParametersInFiles {
  /** Returns the shape of a parameter in files. */
  shapeOf(name: string): readonly number[];
  /** Returns a parameter, or a tensor of its shape, as files have it. */
  entryOf(name: string, tensor: Tensor): Promise<TensorEntry>;
  /**
   * Checks the names and shapes of weights as `importParameters` does, and returns what reads a parameter from them. The caller
   * disposes its tensor.
   */
  open(weights: Omit<OpenTensors, 'close'>): (name: string) => Promise<Tensor>;
}

/** A training image: values in [−1, 1] in NHWC order, and its class or −1. */
export type LabelledImage = { pixels: Float32Array; label: number };

/** Images by number. For folders see `@denoiser/backend-node`, for arrays `memoryDataset` and `datasetFrom`. */
export interface ImageDataset {
  readonly length: number;
  readonly imageShape: ImageShape;
  readonly classNames?: readonly string[];
  /** Reads image `index`, augmented for the epoch after `epochsDone` others: a pure function of both. */
  read(index: number, epochsDone: number): Promise<LabelledImage>;
}

/** A place for checkpoints: files (`@denoiser/backend-node`), the browser (`@denoiser/backend-web`), or `memoryStore`. */
export interface CheckpointStore {
  /** Writes the files of one step: complete or not at all. */
  write(step: number, files: ReadonlyMap<string, Uint8Array>): Promise<void>;
  /** Lists the steps that have a checkpoint, ascending. */
  list(): Promise<number[]>;
  /** Reads one file of a step. */
  read(step: number, file: string): Promise<Uint8Array>;
  /** Opens one file of a step of which parts are read, where the store can: weights then need no room beside the network's own. */
  open?(step: number, file: string): Promise<CheckpointFile>;
}

/** An opened file of a checkpoint. Whoever has opened it closes it. */
export interface CheckpointFile extends ByteSource {
  close(): Promise<void>;
  /** Returns its SHA-256 in hexadecimal, without the whole of it in memory. */
  sha256(): Promise<string>;
}
