import { DenoiserError } from '@denoiser/errors';

/** The codes of this package's errors. */
export type KernelErrorCode =
  /** TensorFlow.js's own cpu backend, which the engine completes, is not there. */
  | 'backend-missing'
  /** WebAssembly gets no more memory. */
  | 'out-of-memory'
  /** Threads need shared memory, which is not there. */
  | 'shared-memory-missing'
  /** The processor or browser has no WebAssembly SIMD. */
  | 'simd-missing'
  /** A thread ended by itself. */
  | 'worker-ended';

/** An error of this package. */
export const KernelError = DenoiserError<KernelErrorCode>;
