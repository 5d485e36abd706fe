import { engine } from '@tensorflow/tfjs-core';

/**
 * Measures the most bytes that tfjs's tensors take at one time while `work` runs, those from before included. tfjs's own
 * `profile` would wait for every kernel and read its result, which not every backend can do at once.
 */
export async function peakBytesOf(work: () => Promise<void>): Promise<number> {
  const { state } = engine();
  let bytes = state.numBytes;
  let peak = bytes;
  const field = { configurable: true, enumerable: true };
  Object.defineProperty(state, 'numBytes', {
    ...field,
    get: () => bytes,
    set: (value: number) => {
      bytes = value;
      peak = Math.max(peak, value);
    },
  });
  try {
    await work();
    return peak;
  } finally {
    Object.defineProperty(state, 'numBytes', { ...field, writable: true, value: bytes });
  }
}
