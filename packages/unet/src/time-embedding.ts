import { sinusoids } from '@denoiser/ops';
import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';

/**
 * Returns the sinusoidal position embedding (Vaswani et al. 2017, arXiv:1706.03762, section 3.5) of times, sines before cosines:
 * [sin(t·ω_0), …, sin(t·ω_{dim/2−1}), cos(t·ω_0), …], ω_i = 10000^(−i/(dim/2 − freqShift)).
 *
 * @param time [B], in steps, whole or not
 * @param dim the width; where it is odd, the last number is 0
 * @param o freqShift: default 0, and 1 makes the last frequency 1/10000; cosinesFirst: default false
 * @returns [B, dim]
 */
export function timeEmbedding(
  time: Tensor1D,
  dim: number,
  { freqShift = 0, cosinesFirst = false }: { freqShift?: number; cosinesFirst?: boolean } = {},
): Tensor2D {
  return tf.tidy(() => {
    const half = Math.floor(dim / 2);
    const omega = tf.tensor1d(frequencies(half, freqShift)); // [dim/2]
    const both = sinusoids(tf.cast(time, 'float32'), omega, { cosinesFirst }); // [B, 2·(dim/2)]
    return dim % 2 === 0
      ? both
      : tf.pad(both, [
          [0, 0],
          [0, 1],
        ]); // [B, dim]
  });
}

/** Returns ω_i for i < half: computed in float64, rounded to float32. */
function frequencies(half: number, freqShift: number): Float32Array {
  return Float32Array.from({ length: half }, (_, i) => 10000 ** (-i / (half - freqShift)));
}
