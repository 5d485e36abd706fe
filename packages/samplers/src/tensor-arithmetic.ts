import { linearCombination } from '@denoiser/ops';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { Arithmetic } from './execute';

/** The loop's arithmetic on tfjs tensors [B, H, W, C]. Nothing is read back from the device. */
export const tensorArithmetic: Arithmetic<Tensor4D> = {
  combine: (values, coefficients, clip) => linearCombination(values, coefficients, clip && { clip }),
  copy: (value) => value.clone(),
  shift: (value, by) => tf.add(value, by),
  dispose: (value) => value.dispose(),
  dynamicThreshold: (x0, { ratio, max }) =>
    tf.tidy(() => {
      const size = x0.size / x0.shape[0];
      const { values } = tf.topk(tf.reshape(tf.abs(x0), [x0.shape[0], size]), size); // [B, H·W·C], descending
      const place = (1 - ratio) * (size - 1);
      const fraction = place - Math.floor(place);
      const above = tf.slice(values, [0, Math.floor(place)], [-1, 1]);
      const below = tf.slice(values, [0, Math.ceil(place)], [-1, 1]);
      const quantile = linearCombination([above, below], [1 - fraction, fraction]); // [B, 1]
      const s = tf.reshape(tf.clipByValue(quantile, 1, Math.max(1, max)), [-1, 1, 1, 1]);
      return tf.div<Tensor4D>(tf.minimum(tf.maximum(x0, tf.neg(s)), s), s);
    }),
  halves: (output) => tf.split(output, 2, 3) as [Tensor4D, Tensor4D],
  scaleByLogVariance: (noise, v, logMin, logMax) =>
    tf.tidy(() => {
      const halfLog = tf.add(tf.mul(v, (logMax - logMin) / 4), (logMin + logMax) / 4);
      return tf.mul<Tensor4D>(noise, tf.exp(halfLog));
    }),
  select: (mask, inside, outside) => tf.tidy(() => tf.add<Tensor4D>(outside, tf.mul(mask, tf.sub(inside, outside)))), // mask may be [1, H, W, 1]
};
