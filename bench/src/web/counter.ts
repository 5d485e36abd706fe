/// <reference types="@webgpu/types" />
import { engine, type TensorInfo } from '@tensorflow/tfjs-core';
import { flopsOf } from './flops';

/** What a program asked of the GPU. */
export type Counts = {
  dispatches: number;
  /** Sizes of all buffers bound to each dispatch. */
  bytes: number;
  /** Calls of `createBuffer`, and the bytes they asked for. */
  buffers: number;
  allocated: number;
  /** Buffers mapped for reading. */
  readbacks: number;
  submissions: number;
  /** By tfjs kernel, and in it by shader. */
  kernels: Record<string, KernelCounts>;
};

export type KernelCounts = {
  calls: number;
  flops: number;
  dispatches: number;
  bytes: number;
  shaders: Record<string, number>;
};

/** What was counted where nothing was done. */
export const nothing = (): Counts => ({
  ...{ dispatches: 0, bytes: 0, buffers: 0, allocated: 0, readbacks: 0, submissions: 0 },
  kernels: {},
});

/**
 * Counts from now on, at the border of WebGPU, so that every library is counted alike.
 *
 * @param execute false: dispatches are counted and left out, which takes no GPU; results are garbage
 * @returns a function that gives what was counted since its last call
 */
export function countGpuWork({ execute }: { execute: boolean }): () => Counts {
  let counts = nothing();
  const boundBytes = new WeakMap<object, number>();
  const labels = new WeakMap<object, string>();
  const passes = new WeakMap<object, { bytes: number; shader: string }>();
  const running: string[] = []; // tfjs kernels, the innermost last

  wrap(GPUDevice.prototype, 'createBuffer', (call, [descriptor]) => {
    counts.buffers++;
    counts.allocated += descriptor.size;
    return call();
  });
  wrap(GPUDevice.prototype, 'createBindGroup', (call, [{ entries }]) => {
    const group = call();
    let bytes = 0;
    for (const { resource } of entries) {
      const { buffer, offset = 0, size } = resource as GPUBufferBinding;
      bytes += size ?? buffer.size - offset;
    }
    boundBytes.set(group, bytes);
    return group;
  });
  for (const create of ['createComputePipeline', 'createComputePipelineAsync'] as const) {
    wrap(GPUDevice.prototype, create, (call, [{ label = 'unnamed' }]) => {
      const made = call();
      void Promise.resolve(made).then((pipeline) => labels.set(pipeline, label));
      labels.set(made, label);
      return made as never;
    });
  }
  const kernelOf = (name: string): KernelCounts => {
    const known = counts.kernels[name] ?? { calls: 0, flops: 0, dispatches: 0, bytes: 0, shaders: {} };
    counts.kernels[name] = known;
    return known;
  };
  const passOf = (pass: object) => {
    const known = passes.get(pass) ?? { bytes: 0, shader: '' };
    passes.set(pass, known);
    return known;
  };
  wrap(GPUComputePassEncoder.prototype, 'setPipeline', function (call, [pipeline]) {
    passOf(this).shader = (labels.get(pipeline) ?? '').split(/[ ,]/)[0] as string;
    return call();
  });
  wrap(GPUComputePassEncoder.prototype, 'setBindGroup', function (call, [, group]) {
    passOf(this).bytes = boundBytes.get(group as GPUBindGroup) ?? 0;
    return call();
  });
  wrap(GPUComputePassEncoder.prototype, 'dispatchWorkgroups', function (call) {
    const { bytes, shader } = passOf(this);
    const kernel = kernelOf(running.at(-1) ?? 'none');
    for (const one of [counts, kernel]) {
      one.dispatches++;
      one.bytes += bytes;
    }
    kernel.shaders[shader] = (kernel.shaders[shader] ?? 0) + 1;
    return execute ? call() : undefined;
  });
  wrap(GPUBuffer.prototype, 'mapAsync', (call, [mode]) => {
    if (mode === GPUMapMode.READ) counts.readbacks++;
    return call();
  });
  wrap(GPUQueue.prototype, 'submit', (call) => {
    counts.submissions++;
    return call();
  });
  const tfjs = engine();
  const run = tfjs.runKernel.bind(tfjs);
  tfjs.runKernel = ((...args: Parameters<typeof run>) => {
    const name = args[0].replace(/^denoiser\./, '');
    running.push(name);
    try {
      const result = run(...args);
      const [, inputs, attrs = {}] = args;
      const outputs = [result].flat() as unknown as TensorInfo[];
      const kernel = kernelOf(name);
      kernel.calls++;
      kernel.flops += flopsOf(name, { inputs: inputs as never, attrs, outputs });
      return result;
    } finally {
      running.pop();
    }
  }) as typeof tfjs.runKernel;

  return () => {
    const before = counts;
    counts = nothing();
    return before;
  };
}

type Method = (...args: never[]) => unknown;

/** Puts `around` in a method's place; it gets the call itself, to make or to leave, and its arguments. */
function wrap<T extends object, K extends keyof T>(
  prototype: T,
  name: K,
  around: T[K] extends (...args: infer A) => infer R ? (this: T, call: () => R, args: A) => R | undefined : never,
): void {
  const method = prototype[name] as Method;
  prototype[name] = function (this: T, ...args: never[]) {
    return (around as (call: () => unknown, args: never[]) => unknown).call(this, () => method.apply(this, args), args);
  } as T[K];
}
