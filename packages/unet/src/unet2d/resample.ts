import { averagePool2x, upsample2x } from '@denoiser/ops';
import type { Tensor2D, Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { ResnetPlan } from './plan';

/** Returns half or twice the size, as residual blocks do without a convolution. [B, H, W, C] */
export function resample(x: Tensor4D, { to, by }: NonNullable<ResnetPlan['resample']>): Tensor4D {
  if (by === 'fir') return to === 'half' ? firHalf(x) : firTwice(x);
  return to === 'half' ? averagePool2x(x) : upsample2x(x, { method: 'nearest' });
}

/**
 * Half the size by the filter [1, 3, 3, 1]/8 along both axes, with zeros around the image (Zhang 2019, arXiv:1904.11486; as in
 * StyleGAN 2). [B, H, W, C] → [B, H/2, W/2, C]
 */
export function firHalf(x: Tensor4D): Tensor4D {
  return alongBoth(x, (size) => filterMatrix(size / 2, 1), false);
}

/** Twice the size by the same filter, times 4 as every pixel is spread to four. [B, H, W, C] → [B, 2H, 2W, C] */
export function firTwice(x: Tensor4D): Tensor4D {
  return alongBoth(x, (size) => filterMatrix(size, 2), true);
}

/** Multiplies the rows and then the columns of images by a matrix for their number. */
function alongBoth(x: Tensor4D, matrixOf: (size: number) => Tensor2D, transposed: boolean): Tensor4D {
  return tf.tidy(() => {
    const [batch, height, width, channels] = x.shape;
    const along = (matrix: Tensor2D, rows: Tensor3D): Tensor3D => {
      const all = tf.reshape(matrix, [1, ...matrix.shape]); // one for all images
      return tf.matMul(all, rows, transposed, false) as Tensor3D;
    };
    const tall = along(matrixOf(height), tf.reshape(x, [batch, height, width * channels])); // [B, H', W·C]
    const newHeight = tall.shape[1];
    const y = along(matrixOf(width), tf.reshape(tall, [batch * newHeight, width, channels])); // [B·H', W', C]
    return tf.reshape(y, [batch, newHeight, y.shape[1], channels]); // [B, H', W', C]
  });
}

/** The matrix [half, 2·half] that takes every second place of the filtered signal, times a factor. */
function filterMatrix(half: number, factor: number): Tensor2D {
  const values = new Float32Array(half * 2 * half);
  for (let to = 0; to < half; to++) {
    [1, 3, 3, 1].forEach((weight, tap) => {
      const from = 2 * to + tap - 1;
      if (from >= 0 && from < 2 * half) values[to * 2 * half + from] = (factor * weight) / 8;
    });
  }
  return tf.tensor2d(values, [half, 2 * half]);
}
