import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { DenoiserWebGPUBackend } from '../backend';

/** tfjs's own kernel of that name on these inputs, for what ours does not do: throws if there is none. */
export type Stock = () => TensorInfo | TensorInfo[];

type Run<I, A> = (inputs: I, attrs: A, backend: DenoiserWebGPUBackend, stock: Stock) => TensorInfo | TensorInfo[];

/** A kernel of this package, for tfjs's registry. */
export type GpuKernel = { readonly name: string; readonly run: Run<never, never> };

/** Declares a kernel whose inputs and attributes have the given types. */
export function kernel<I, A>(name: string, run: Run<I, A>): GpuKernel {
  return { name, run: run as GpuKernel['run'] };
}
