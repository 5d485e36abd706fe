import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';

/**
 * Returns the sinusoidal position embedding (Vaswani et al. 2017, arXiv:1706.03762, section 3.5) of times, sines before cosines:
 * [sin(t·ω_0), …, sin(t·ω_{dim/2−1}), cos(t·ω_0), …], ω_i = 10000^(−2i/dim).
 *
 * @param time [B], in steps, whole or not
 * @param dim the width, even
 * @returns [B, dim]
 */
export function timeEmbedding(time: Tensor1D, dim: number): Tensor2D {
  return tf.tidy(() => {
    const omega = tf.tensor2d(frequencies(dim), [1, dim / 2]); // [1, dim/2]
    const phase = tf.mul(tf.reshape(tf.cast(time, 'float32'), [-1, 1]), omega); // [B, dim/2]
    return tf.concat([tf.sin(phase), tf.cos(phase)], 1) as Tensor2D; // [B, dim]
  });
}

/** Returns ω_i for i < dim/2: computed in float64, rounded to float32. */
export function frequencies(dim: number): Float32Array {
  return Float32Array.from({ length: dim / 2 }, (_, i) => 10000 ** ((-2 * i) / dim));
}
