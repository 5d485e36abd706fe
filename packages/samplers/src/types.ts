import type { Tensor, Tensor1D, Tensor4D } from '@tensorflow/tfjs-core';

/** What a model may be told beside x and t. Labels int32 [B]; −1 means "no label". */
export type Conditioning = { labels?: Tensor1D };

/**
 * A model: x [B, H, W, C] at time [B] gives its output [B, H, W, C] ([B, H, W, 2C] where it learned the variance, too).
 * It gives its output away and leaves x, time and conditioning alone. Tensors it makes on the way are disposed for it.
 */
export type Denoiser = (x: Tensor4D, time: Tensor1D, conditioning?: Conditioning) => Tensor4D;

/** A model that answers later (a session of another runtime, a server). It disposes what it makes on the way itself. */
export type AsyncDenoiser = (x: Tensor4D, time: Tensor1D, conditioning?: Conditioning) => Promise<Tensor4D>;

/**
 * Standard normals that are wanted: [B, ...rest], row i for image `indices[i]`. 'initial': the first x (step 0);
 * 'step': what step `step` of the plan adds; 'known': the noise on the part that inpainting keeps, at that step.
 */
export interface NoiseRequest {
  readonly purpose: 'initial' | 'step' | 'known';
  readonly step: number;
  readonly shape: readonly number[];
  readonly indices: readonly number[];
}

/** Gives standard normals of the shape asked for; the receiver disposes them. */
export type NoiseSource<T = Tensor> = (request: NoiseRequest) => T;

/** What the loop yields after each evaluation of the model. x and x0 are borrowed until the next step: copy to keep. */
export interface SamplingStep<T = Tensor4D> {
  /** 0 … total − 1. */
  readonly index: number;
  /** Evaluations of the model in all. */
  readonly total: number;
  /** The time that the model was given. */
  readonly time: number;
  /** x after the step. */
  readonly x: T;
  /** This step's estimate of the image, thresholded if the plan says so. */
  readonly x0: T;
}

/** Classifier-free guidance (Ho & Salimans 2022, arXiv:2207.12598): out = out(∅) + scale·(out(label) − out(∅)). */
export interface Guidance {
  /** 1 and (as in the original program) 0 mean the labelled branch alone: no second branch is computed. */
  readonly scale: number;
}
