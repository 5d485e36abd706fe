import { DenoiserError } from '@denoiser/errors';

/** The codes of this package's errors. */
export type SamplerErrorCode =
  /** A number of images or steps is none. */
  | 'count-invalid'
  /** The denoiser gave something else than it must. */
  | 'denoiser-invalid'
  /** An option is none, or does not fit the others. */
  | 'option-invalid'
  /** The plan is none. */
  | 'plan-invalid'
  /** Tensors do not have the shapes that they must have. */
  | 'shape-invalid'
  /** A saved state is illegible. */
  | 'state-damaged'
  /** A saved state is at its end. */
  | 'state-finished'
  /** A saved state is that of another run. */
  | 'state-mismatch';

/** An error of this package. */
export const SamplerError = DenoiserError<SamplerErrorCode>;
