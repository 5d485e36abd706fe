import type { ImageShape } from '@denoiser/ops';
import type { OpenModelOptions } from '@denoiser/pipeline';
import type { SamplerOptions } from '@denoiser/samplers';
import type { Prediction, ProcessOptions } from '@denoiser/schedules';

/** Which of a run's weights: averaged, or of the last step. */
export type Weights = 'ema' | 'model';

/** How a network is opened, and how it was trained, where its file does not say so itself. Files of `download` and of training do. */
export type ModelFacts = {
  /** Default: as the file says, else linear in 1000 steps. */
  readonly process?: ProcessOptions | undefined;
  /** Default: as the file says, else ε. */
  readonly prediction?: Prediction | undefined;
  /** Default: as the file says, else 64. */
  readonly imageSize?: OpenModelOptions['imageSize'] | undefined;
  /** Default: as the file says, else their numbers. */
  readonly classNames?: readonly string[] | undefined;
  /** Which weights of a kept run: averaged ones (default), or those of the last step. */
  readonly weights?: Weights | undefined;
  /** What filters and matrices are in memory: float32 (default), or on WebGPU float16; with 'f16-all' what is computed of them, too. */
  readonly precision?: OpenModelOptions['precision'];
};

/** What the worker opens: a file of safetensors or of PyTorch, the files of a folder of diffusers, or a run by its name. */
export type SentModelSource =
  | { readonly file: Blob | ArrayBuffer | Uint8Array; readonly name?: string }
  | { readonly folder: ReadonlyMap<string, Blob> }
  | { readonly run: string };

/** What is known of an open model: all that a menu of classes, a plan or a caption needs. */
export type ModelInfo = {
  readonly architecture: { readonly name: string; readonly config: unknown };
  /** How many numbers it has. */
  readonly parameterCount: number;
  readonly imageShape: ImageShape;
  /** One name for each class, numbers where the file names none; empty for a network without classes. */
  readonly classNames: readonly string[];
  /** The noise that it was trained with. */
  readonly process: ProcessOptions;
  /** What it gives; absent for an EDM process, whose preconditioning says so. */
  readonly prediction?: Prediction;
  /** How pictures are drawn where no sampler is named, as the model's file says it. */
  readonly sampler?: SamplerOptions;
  /** Scale of classifier-free guidance where none is given, as the model's file says it. */
  readonly guidance?: number;
  /** Whether its output has the variance in a second half of the channels. */
  readonly learnedVariance: boolean;
  /** Training steps that it has seen, if its file says so. */
  readonly step?: number;
  /** Where the weights came from, for people. */
  readonly description: string;
};
