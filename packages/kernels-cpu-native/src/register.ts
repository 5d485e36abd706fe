import { availableParallelism } from 'node:os';
import { type CpuEngine, registerMachine } from '@denoiser/kernels-cpu';
import { NativeError } from './errors';
import { loadLibrary } from './library';
import { createNativeMachine } from './machine';

const BACKEND = 'denoiser-native';

let registered: CpuEngine | undefined;

/** Returns why the native machine cannot run here, or undefined if it can. */
export function nativeObstacle(): string | undefined {
  const library = loadLibrary();
  return 'obstacle' in library ? library.obstacle : undefined;
}

/**
 * Registers the CPU engine on its native machine as the tfjs backend 'denoiser-native', for `tf.setBackend('denoiser-native')`. A second
 * call returns the first one's engine. tfjs's own cpu backend must be there (import '@tensorflow/tfjs' first).
 *
 * @param options threads: default all cores; simd: 'amx', 'avx512', 'avx2', 'neon' or 'portable', default the environment's
 *   `DENOISER_SIMD`, and without it the best that the processor has.
 * @throws DenoiserError 'native-machine-missing', 'backend-missing'
 */
export function registerNativeEngine(options: { threads?: number; simd?: string } = {}): CpuEngine {
  registered ??= register(options);
  return registered;
}

function register({ threads = availableParallelism(), simd }: { threads?: number; simd?: string }): CpuEngine {
  const library = loadLibrary();
  if ('obstacle' in library) {
    throw new NativeError(
      'native-machine-missing',
      `The CPU engine has no native machine here: ${library.obstacle}. Use registerCpuEngine() of @denoiser/kernels-cpu instead.`,
    );
  }
  const level = simd ?? process.env.DENOISER_SIMD;
  const levels = library.levels();
  if (level !== undefined && !levels.includes(level)) {
    throw new NativeError(
      'native-machine-missing',
      `This processor has no vectors \`${level}\`; it has ${levels.join(', ')}. Leave \`simd\` and DENOISER_SIMD away for the best.`,
    );
  }
  return registerMachine(createNativeMachine(library, { threads, ...(level !== undefined && { level }) }), BACKEND);
}
