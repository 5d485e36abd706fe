import { getKernel, type TensorInfo } from '@tensorflow/tfjs-core';
import type { CpuEngineBackend } from '../backend';

/** A kernel of the engine, for tfjs's registry. */
export type EngineKernel = {
  readonly name: string;
  readonly run: (inputs: Inputs, attrs: Attrs, backend: CpuEngineBackend) => TensorInfo | TensorInfo[];
};

/** tfjs passes these untyped; each kernel names the ones it takes. */
export type Inputs = { readonly [name: string]: TensorInfo | undefined };
export type Attrs = { readonly [name: string]: unknown };

/** Declares a kernel whose inputs and attributes have the given types. */
export function kernel<I, A>(
  name: string,
  run: (inputs: I, attrs: A, backend: CpuEngineBackend) => TensorInfo | TensorInfo[],
): EngineKernel {
  return { name, run: (inputs, attrs, backend) => run(inputs as I, attrs as A, backend) };
}

/** Ops that ran on tfjs's cpu kernels, by name. */
export const fallbacks = new Map<string, number>();

/** Runs tfjs's cpu kernel on the engine's memory, and counts it. */
export function fallBack(
  name: string,
  inputs: Inputs,
  attrs: Attrs,
  backend: CpuEngineBackend,
): TensorInfo | TensorInfo[] {
  const cpu = getKernel(name, 'cpu');
  if (!cpu) throw new Error(`The CPU engine has no kernel ${name} for these inputs, and tfjs's cpu backend has none.`);
  fallbacks.set(name, (fallbacks.get(name) ?? 0) + 1);
  return cpu.kernelFunc({ inputs: inputs as never, attrs: attrs as never, backend });
}

export const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);
