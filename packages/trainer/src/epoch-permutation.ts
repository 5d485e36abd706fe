import { STREAMS, uniforms } from '@denoiser/ops';

/**
 * Returns the order of `length` images in the epoch that comes after `epochsDone` others: a uniform permutation (Fisher
 * and Yates), a pure function of (seed, epochsDone).
 */
export function epochPermutation(seed: number, epochsDone: number, length: number): Uint32Array {
  const order = Uint32Array.from({ length }, (_, i) => i);
  const u = uniforms({ seed, stream: STREAMS.shuffle, step: epochsDone, index: 0, count: length });
  for (let i = length - 1; i > 0; i--) {
    const j = Math.floor(u[i] * (i + 1));
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}
