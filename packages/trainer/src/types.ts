import type { ImageShape } from '@denoiser/ops';
import type { TensorFile } from '@denoiser/safetensors';
import type { Conditioning } from '@denoiser/samplers';
import type { Tensor, Tensor1D, Tensor4D, Variable } from '@tensorflow/tfjs-core';
import type { RunPart } from './recompute';

/** A `Denoiser` that answers at once, as gradients need it: ε̂ [B, H, W, C] of x [B, H, W, C] at time [B]. */
export type TrainableDenoiser = (x: Tensor4D, time: Tensor1D, conditioning?: Conditioning) => Tensor4D;

/** How a network runs in training, where that differs from sampling. */
export type TrainingMode = {
  /** The share of activations to drop; 0: none. */
  readonly dropout: number;
  /** What random masks are to be a pure function of, with each image's place in the step's batch: [B]. */
  readonly seed: number;
  readonly step: number;
  readonly places: readonly number[];
  /** To be called for every block of the network: it keeps the block's activations, or only its inputs. */
  readonly runPart: RunPart;
};

/** A network as the trainer sees it: named variables, and functions of them. `@denoiser/unet` makes such models. */
export interface TrainableModel {
  /** JSON; goes into every checkpoint, and a checkpoint of another architecture is refused. */
  readonly architecture: { readonly name: string; readonly config: unknown };
  /** The live parameters by name; the trainer updates them in place. */
  readonly parameters: ReadonlyMap<string, Variable>;
  /** The network with these parameters, by default the live ones. */
  denoiser(parameters?: ReadonlyMap<string, Tensor>): TrainableDenoiser;
  /** The live network in training form. A network that has no other form leaves it out. */
  trainingDenoiser?(mode: TrainingMode): TrainableDenoiser;
  /** Throws, in a sentence, for a class that the network does not have. One without classes may leave it out. */
  checkLabels?(labels: ArrayLike<number>): void;
  /** Parameters (or anything of their names and shapes) in the layout of files. */
  exportParameters(parameters: ReadonlyMap<string, Tensor>): Promise<TensorFile>;
  /** The reverse of `exportParameters`; checks names and shapes. The caller disposes the tensors. */
  importParameters(file: TensorFile): Map<string, Tensor>;
}

/** One training image: values in [−1, 1] in NHWC order, and its class or −1. */
export type LabelledImage = { pixels: Float32Array; label: number };

/** Images by number. Folders: `@denoiser/backend-node`; arrays: `memoryDataset`. */
export interface ImageDataset {
  readonly length: number;
  readonly imageShape: ImageShape;
  readonly classNames?: readonly string[];
  /** Reads image `index` as it is augmented once so many epochs are done: a pure function of both. */
  read(index: number, epochsDone: number): Promise<LabelledImage>;
}

/** Where checkpoints live: files (`@denoiser/backend-node`), the browser, or `memoryStore`. */
export interface CheckpointStore {
  /** Stores the files of one step: complete or absent, never half. */
  write(step: number, files: ReadonlyMap<string, Uint8Array>): Promise<void>;
  /** The steps that have a checkpoint, ascending. */
  list(): Promise<number[]>;
  read(step: number, file: string): Promise<Uint8Array>;
}
