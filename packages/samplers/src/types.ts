import type { Tensor, Tensor1D, Tensor4D } from '@tensorflow/tfjs-core';
import type { NoiseOf, StepOf } from './step';

/** What a model may be told beside x and t. Labels int32 [B]; −1 means "no label". */
export type Conditioning = { labels?: Tensor1D };

/**
 * A model: for x [B, H, W, C] at time [B] it returns its output [B, H, W, C], or [B, H, W, 2C] where it learned the
 * variance, too. The caller owns the output, and x, time and conditioning stay as they are. Tensors made on the way are
 * disposed.
 */
export type Denoiser = (x: Tensor4D, time: Tensor1D, conditioning?: Conditioning) => Tensor4D;

/**
 * A model that answers later, such as a session of another runtime or a server. It disposes its own intermediate
 * tensors.
 */
export type AsyncDenoiser = (x: Tensor4D, time: Tensor1D, conditioning?: Conditioning) => Promise<Tensor4D>;

/** Returns standard normals of the requested shape, which the caller disposes. */
export type NoiseSource<T = Tensor> = NoiseOf<T>;

/** What `sample` yields after each evaluation of the model. */
export type SamplingStep<T = Tensor4D> = StepOf<T>;

/** Classifier-free guidance (Ho & Salimans 2022, arXiv:2207.12598): out = out(∅) + scale·(out(label) − out(∅)). */
export interface Guidance {
  /** 1 and (as in the original program) 0 mean the labelled branch alone: no second branch is computed. */
  readonly scale: number;
  /** A label to lead away from, instead of "no label". */
  readonly negative?: number;
  /**
   * φ in [0, 1]: how far the output's deviation is brought back to the labelled branch's (Lin et al. 2023, section
   * 3.4).
   */
  readonly rescale?: number;
  /**
   * σ/α between which it guides; elsewhere the labelled branch is alone (Kynkäänniemi et al. 2024, arXiv:2404.07724).
   */
  readonly interval?: readonly [min: number, max: number];
}
