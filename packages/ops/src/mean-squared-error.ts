import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';

/** The mean of (a − b)² over all elements; a and b of one shape. */
export function meanSquaredError(a: Tensor, b: Tensor): Scalar {
  return tf.tidy(() => tf.mean(tf.squaredDifference(a, b)));
}
