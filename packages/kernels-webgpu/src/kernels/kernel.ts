import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { DenoiserWebGPUBackend } from '../backend';

/** A kernel of this package, for tfjs's registry. */
export type GpuKernel = {
  readonly name: string;
  readonly run: (inputs: never, attrs: never, backend: DenoiserWebGPUBackend) => TensorInfo | TensorInfo[];
};

/** Declares a kernel whose inputs and attributes have the given types. */
export function kernel<I, A>(
  name: string,
  run: (inputs: I, attrs: A, backend: DenoiserWebGPUBackend) => TensorInfo | TensorInfo[],
): GpuKernel {
  return { name, run: run as GpuKernel['run'] };
}
