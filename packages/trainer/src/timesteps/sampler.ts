import type { TensorFile } from '@denoiser/safetensors';
import { wholeNumber } from '../options/settings';

/** Which timesteps training sees. */
export type TimestepSampler = {
  /** The timestep that a uniform number of (0, 1) stands for, and the weight that keeps the loss's expectation. */
  draw(u: number): { t: number; weight: number };
  /** For samplers that learn: told of every step's losses, image by image, before the next step is drawn. */
  readonly memory?: TimestepMemory;
};

/** What a sampler has learned; a checkpoint holds it. */
export type TimestepMemory = {
  record(t: ArrayLike<number>, losses: ArrayLike<number>): void;
  save(): TensorFile;
  /** Checks what was saved, and gives what puts it in place. Errors: `DenoiserError` if it is of another shape. */
  load(file: TensorFile): () => void;
};

/** Makes a sampler for timesteps `first` … `steps` − 1. */
export type SamplerOf = (steps: number) => TimestepSampler;

/** The setting of the least timestep that is trained. */
export const firstSetting = { ...wholeNumber(0, 1), about: 'the least t that is trained' };
