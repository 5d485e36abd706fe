import { hash, layerDropoutStream, normalQuantile, randomNormal } from '@denoiser/ops';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { NetworkError } from './errors';

/** Times the distance of any two float32 numbers, normal ones, it is far above 1. */
const STEEP = 2 ** 100;

/**
 * Drops activations (Srivastava et al. 2014): each number is 0 with probability `rate`, the others grow by 1/(1 − rate). Which
 * ones is a pure function of (seed, step, place of the image, name of the layer). Nothing is kept for the gradient: as the
 * gradient of dropout is the same dropout of the gradient, the choice is drawn again.
 *
 * @param x [B, H, W, C]
 * @param o places: [B], of the images in the step's batch
 * @throws DenoiserError if the rate is not in (0, 1) or there are not B places.
 */
export function dropout(
  x: Tensor4D,
  o: { rate: number; seed: number; step: number; places: readonly number[]; name: string },
): Tensor4D {
  const { rate, seed, step, places, name } = o;
  if (!(rate > 0 && rate < 1)) {
    throw new NetworkError('option-invalid', `Dropout is a share from 0 to below 1, but ${rate} was given.`);
  }
  const stream = dropoutStream(name);
  // Normal numbers, since backends draw them fast; the share `rate` of them lies below the threshold.
  const threshold = Math.fround(normalQuantile(rate));
  const drop = (y: Tensor4D): Tensor4D =>
    tf.tidy(() => {
      const z = randomNormal<tf.Rank.R4>(y.shape, { seed, stream, step, indices: places }); // [B, H, W, C]
      const mask = tf.clipByValue(tf.mul(tf.sub(z, threshold), STEEP), 0, 1 / (1 - rate)); // 0 or 1/(1 − rate)
      return tf.mul(y, mask);
    });
  const op = tf.customGrad<Tensor4D>((y) => ({ value: drop(y as Tensor4D), gradFunc: (dy) => drop(dy) }));
  return op(x);
}

/** Returns the stream of random numbers of a layer, by its name. */
export function dropoutStream(name: string): number {
  return layerDropoutStream(hash(name));
}
