import type { ImageShape } from '@denoiser/ops';
import type { AsyncDenoiser, Denoiser } from '@denoiser/samplers';
import type { Prediction, Process } from '@denoiser/schedules';
import type { DrawingDefaults } from './drawing-defaults';
import type { Network } from './networks';

/** What is known of a trained model: all that a menu of classes, a plan or a caption needs. */
export interface ModelInfo extends DrawingDefaults {
  readonly architecture: { readonly name: string; readonly config: unknown };
  /** How many numbers it has. */
  readonly parameterCount: number;
  readonly imageShape: ImageShape;
  /** One name for each class, numbers where the file names none; empty for a model without classes. */
  readonly classNames: readonly string[];
  /** The noise that it was trained with. */
  readonly process: Process;
  /** What it gives; absent for an EDM process, whose preconditioning says so. */
  readonly prediction?: Prediction;
  /** Whether its output has the variance in a second half of the channels. */
  readonly learnedVariance: boolean;
  /** Training steps that it has seen, if its file says so. */
  readonly step?: number;
  /** Where the weights came from, for people. */
  readonly description: string;
}

/** What computes a model's output: a network with its weights, or a session of another runtime. */
export interface DrawingNetwork {
  denoiser(): Denoiser | AsyncDenoiser;
}

/** A trained model that images can be drawn with. `dispose()` (or `using`) frees its weights. */
export interface Model extends ModelInfo {
  readonly network: DrawingNetwork;
  /** Whether it was disposed, where it knows that. */
  readonly isDisposed?: boolean;
  dispose(): void;
  [Symbol.dispose](): void;
}

/** A trained model with its weights, as `openModel` opens it. */
export interface WeightsModel extends Model {
  readonly network: Network;
}
