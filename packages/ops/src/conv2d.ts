import type { Tensor1D, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';

/**
 * Two-dimensional convolution (cross-correlation, as in every network library) with zeros around the image.
 *
 * It stays tfjs's own Conv2D kernel. tfjs backends disagree about numeric padding, so it is 'same' where that means the
 * same, and an explicit pad otherwise.
 *
 * @param x [B, H, W, in]
 * @param filter [kh, kw, in, out]
 * @param options stride: 1 or 2, default 1; padding: rows and columns of zeros on each side, default 0; bias: [out].
 * @returns [B, (H + 2·padding − kh)/stride + 1, …, out]
 */
export function conv2d(
  x: Tensor4D,
  filter: Tensor4D,
  options: { stride?: 1 | 2; padding?: number; bias?: Tensor1D } = {},
): Tensor4D {
  const { stride = 1, padding = 0, bias } = options;
  const [height, width] = filter.shape;
  const same = stride === 1 && height === 2 * padding + 1 && width === 2 * padding + 1;
  return tf.tidy(() => {
    const sides: [number, number] = [padding, padding];
    const padded = same || padding === 0 ? x : tf.pad(x, [[0, 0], sides, sides, [0, 0]]);
    const y = tf.conv2d(padded, filter, stride, same ? 'same' : 'valid');
    return bias ? tf.add(y, bias) : y;
  });
}
