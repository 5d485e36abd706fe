/**
 * A request for standard normals: [B, ...rest], row i for image `indices[i]`. 'initial': the first x (step 0);
 * 'step': what step `step` of the plan adds; 'known': the noise on the part that inpainting keeps, at that step.
 */
export interface NoiseRequest {
  readonly purpose: 'initial' | 'step' | 'known';
  readonly step: number;
  readonly shape: readonly number[];
  readonly indices: readonly number[];
}

/** Returns standard normals of the requested shape, which the caller disposes. */
export type NoiseOf<T> = (request: NoiseRequest) => T;

/** What the loop yields after each evaluation of the model. x and x0 are borrowed until the next step: copy to keep. */
export interface StepOf<T> {
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
