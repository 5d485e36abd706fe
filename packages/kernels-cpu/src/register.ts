import { findBackendFactory, getKernelsForBackend, registerBackend, registerKernel } from '@tensorflow/tfjs-core';
import { CpuEngineBackend } from './backend';
import { KernelError } from './errors';
import { engineKernels } from './kernels';
import { type Attrs, fallBack, fallbacks, type Inputs } from './kernels/kernel';
import { createEngine, type Engine } from './machine/engine';
import { jobs } from './machine/generated/jobs';
import type { Machine } from './machine/machine';
import { detectPlatform } from './machine/platform';
import { createWasmMachine } from './machine/wasm-machine';

const BACKEND = 'denoiser';
/** Ten vectors of multiply-adds: see `peakJob` in assembly/gemm.ts. */
const VECTORS_OF_A_ROUND = 10;

/** The engine that `registerCpuEngine` returns. */
export type CpuEngine = {
  /** For `tf.setBackend`. */
  readonly backendName: string;
  readonly threads: number;
  /** The vectors it computes with: 'relaxed' (fused multiply-add) or 'plain' WebAssembly, or the instructions of a native machine. */
  readonly simd: string;
  /** Bytes of tensors and scratch memory now, and the most there ever were. */
  memory(): { usedBytes: number; peakBytes: number };
  /** Ops that ran on tfjs's cpu kernels since the last call with `reset`, by name. */
  fallbacks(o?: { reset?: boolean }): ReadonlyMap<string, number>;
  /** Starts measuring time by job, or ends it; returns what was measured until then. */
  profile(on: boolean): ReadonlyMap<string, { calls: number; ms: number }>;
  /** Does `flops` floating-point operations as multiply-adds in registers, on one thread: the peak that kernels aim at. */
  burn(flops: number): void;
};

let registered: Promise<CpuEngine> | undefined;

/**
 * Registers the CPU engine as the tfjs backend 'denoiser', for `tf.setBackend('denoiser')`. A second call returns the first one's engine.
 * tfjs's own cpu backend must be there (import '@tensorflow/tfjs' first): ops that the engine lacks run on its kernels.
 *
 * @param options threads: default all cores; simd: 'relaxed' or 'plain', default the best that the host compiles.
 * @throws DenoiserError 'backend-missing', 'simd-missing', 'shared-memory-missing'
 */
export function registerCpuEngine(options: { threads?: number; simd?: 'relaxed' | 'plain' } = {}): Promise<CpuEngine> {
  registered ??= register(options).catch((error) => {
    registered = undefined;
    throw error;
  });
  return registered;
}

async function register(options: { threads?: number; simd?: 'relaxed' | 'plain' }): Promise<CpuEngine> {
  requireCpuBackend();
  const platform = await detectPlatform();
  return registerMachine(await createWasmMachine({ ...options, platform }), BACKEND);
}

function requireCpuBackend(): void {
  if (findBackendFactory('cpu')) return;
  throw new KernelError(
    'backend-missing',
    "The CPU engine needs tfjs's cpu backend beside it: import '@tensorflow/tfjs' before it is registered.",
  );
}

/**
 * Registers an engine on a machine as a tfjs backend.
 *
 * @throws DenoiserError 'backend-missing'
 */
export function registerMachine(machine: Machine, backendName: string): CpuEngine {
  requireCpuBackend();
  const engine = createEngine(machine);
  registerEngine(engine, backendName);
  return {
    backendName,
    threads: engine.threads,
    simd: engine.simd,
    memory: () => ({ usedBytes: engine.allocator.usedBytes, peakBytes: engine.allocator.peakBytes }),
    fallbacks({ reset = false } = {}) {
      const counted = new Map(fallbacks);
      if (reset) fallbacks.clear();
      return counted;
    },
    profile(on) {
      const measured = engine.profile ?? new Map();
      engine.profile = on ? new Map() : undefined;
      return measured;
    },
    burn(flops) {
      engine.run(jobs.peak, 1, { rounds: Math.ceil(flops / (2 * VECTORS_OF_A_ROUND * engine.lanes)) });
    },
  };
}

/** Registers an engine under a name; tests have several. */
export function registerEngine(engine: Engine, backendName: string): void {
  const own = new Set(engineKernels.map(({ name }) => name));
  for (const { name, run } of engineKernels) {
    registerKernel({
      kernelName: name,
      backendName,
      kernelFunc: ({ inputs, attrs, backend }) =>
        run(inputs as Inputs, (attrs ?? {}) as Attrs, backend as CpuEngineBackend),
    });
  }
  for (const { kernelName } of getKernelsForBackend('cpu')) {
    if (own.has(kernelName) || kernelName.startsWith('denoiser.')) continue;
    registerKernel({
      kernelName,
      backendName,
      kernelFunc: ({ inputs, attrs, backend }) =>
        fallBack(kernelName, inputs as Inputs, (attrs ?? {}) as Attrs, backend as CpuEngineBackend),
    });
  }
  registerBackend(backendName, () => new CpuEngineBackend(engine));
}
