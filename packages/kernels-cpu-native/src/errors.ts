import { DenoiserError } from '@denoiser/errors';

/** The codes of this package's errors. */
export type NativeErrorCode =
  /** There is no native machine for this platform, or it does not load. */
  'native-machine-missing';

/** An error of this package. */
export const NativeError = DenoiserError<NativeErrorCode>;
