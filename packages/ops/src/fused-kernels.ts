import type { TensorInfo } from '@tensorflow/tfjs-core';

/**
 * Kernels that do at once what others do one after the other. A backend need not have them: where there is none, the op is made of
 * the kernels that every backend has or gets, and so are its gradients.
 */
export const fusedKernels = {
  /** The gradient of tfjs's Conv2D, NHWC, and of a bias that was added: gives [dx, dfilter] and, if there is a bias, dbias. */
  conv2DGrad: 'denoiser.Conv2DGrad',
} as const;

export type Conv2DGradInputs = { dy: TensorInfo; x: TensorInfo; filter: TensorInfo; bias?: TensorInfo };
export type Conv2DGradAttrs = { strides: number; pad: 'same' | 'valid' };
