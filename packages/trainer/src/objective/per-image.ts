import { type Tensor4D, tensor4d } from '@tensorflow/tfjs-core';

/** Returns a number for each image as [B, 1, 1, 1], to multiply images with. */
export function perImage(values: readonly number[]): Tensor4D {
  return tensor4d(Float32Array.from(values), [values.length, 1, 1, 1]);
}
