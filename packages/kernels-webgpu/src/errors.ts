import { DenoiserError } from '@denoiser/errors';

/** The codes of this package's errors. */
export type KernelErrorCode =
  /** There is no graphics adapter. */
  | 'adapter-missing'
  /** The graphics adapter has not enough memory. */
  | 'out-of-memory'
  /** Tensors do not have the shapes that the kernel takes. */
  | 'shape-invalid'
  /** There is no WebGPU. */
  | 'webgpu-missing';

/** An error of this package. */
export const KernelError = DenoiserError<KernelErrorCode>;
