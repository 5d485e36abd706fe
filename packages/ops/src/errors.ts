import { DenoiserError } from '@denoiser/errors';

/** The codes of this package's errors. */
export type OpsErrorCode =
  /** The backend has no numbers of that precision. */
  | 'precision-unsupported'
  /** A counter or stream of the random numbers is none. */
  | 'random-address-invalid'
  /** A seed is no whole number from 0 to 2^53 − 1. */
  | 'seed-invalid'
  /** Tensors do not have the shapes that the operation takes. */
  | 'shape-invalid';

/** An error of this package. */
export const OpsError = DenoiserError<OpsErrorCode>;
