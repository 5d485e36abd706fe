import type { TensorFile } from '@denoiser/safetensors';
import { wholeNumber } from '../options/settings';

/** A choice of the timesteps that training sees. */
export type TimestepSampler = {
  /** Returns the timestep of a uniform number from (0, 1), and the weight that keeps the loss's expectation. */
  draw(u: number): { t: number; weight: number };
  /** For a sampler that learns: it is told of each image's loss before the next step's timesteps are drawn. */
  readonly memory?: TimestepMemory;
};

/** What a sampler has learned, which checkpoints keep. */
export type TimestepMemory = {
  /** Takes in the timesteps and losses of a step's images. */
  record(t: ArrayLike<number>, losses: ArrayLike<number>): void;
  /** Returns all of it as tensors. */
  save(): TensorFile;
  /**
   * Checks what was saved, and returns what puts it in place.
   *
   * @throws DenoiserError `checkpoint-options` if it is of another shape.
   */
  load(file: TensorFile): () => void;
};

/** Makes a sampler for timesteps `first` … `steps` − 1. */
export type SamplerOf = (steps: number) => TimestepSampler;

/** The setting of the least timestep that is trained. */
export const firstSetting = { ...wholeNumber(0, 1), about: 'the least t that is trained' };
