import { type Tensor4D, tensor4d } from '@tensorflow/tfjs-core';

/** A number for each image, to be multiplied with images: [B, 1, 1, 1]. */
export function perImage(t: ArrayLike<number>, numberAt: (t: number) => number): Tensor4D {
  return tensor4d(Float32Array.from(t, numberAt), [t.length, 1, 1, 1]);
}
