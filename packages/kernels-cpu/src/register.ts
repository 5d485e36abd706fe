import { findBackendFactory, getKernelsForBackend, registerBackend, registerKernel } from '@tensorflow/tfjs-core';
import { CpuEngineBackend } from './backend';
import { KernelError } from './errors';
import { engineKernels } from './kernels';
import { type Attrs, fallBack, fallbacks, type Inputs } from './kernels/kernel';
import { createEngine, type Engine } from './machine/engine';
import { jobs } from './machine/generated/jobs';
import { detectPlatform } from './machine/platform';

const BACKEND = 'denoiser';
/** Ten vectors of four multiply-adds: see `peakJob` in assembly/gemm.ts. */
const FLOPS_OF_A_ROUND = 80;

/** The engine that `registerCpuEngine` returns. */
export type CpuEngine = {
  /** For `tf.setBackend`. */
  readonly backendName: string;
  readonly threads: number;
  /** 'relaxed' if the engine fuses multiply and add (relaxed SIMD). */
  readonly simd: 'relaxed' | 'plain';
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
  if (!findBackendFactory('cpu')) {
    throw new KernelError(
      'backend-missing',
      "The CPU engine needs tfjs's cpu backend beside it: import '@tensorflow/tfjs' before registerCpuEngine().",
    );
  }
  const { threads, simd } = options;
  const engine = await createEngine({ platform: await detectPlatform(), threads, simd });
  registerEngine(engine, BACKEND);
  return {
    backendName: BACKEND,
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
      engine.run(jobs.peak, 1, { rounds: Math.ceil(flops / FLOPS_OF_A_ROUND) });
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
