import { engine } from '@tensorflow/tfjs-core';

/**
 * Runs `work`, and ends it between two kernels where the signal is aborted meanwhile. Work that keeps its thread busy hears
 * of nothing else, so this is for signals whose `aborted` looks at what another thread has set. Tensors are the work's own
 * business: what runs in a tidy leaves none.
 *
 * @throws the signal's reason.
 */
export function untilAborted<T>(signal: AbortSignal | undefined, work: () => T): T {
  if (!signal) return work();
  signal.throwIfAborted();
  const tfjs = engine();
  const { runKernel } = tfjs;
  tfjs.runKernel = (...args) => {
    if (signal.aborted) throw signal.reason;
    return runKernel.apply(tfjs, args) as never;
  };
  try {
    return work();
  } finally {
    tfjs.runKernel = runKernel;
  }
}
