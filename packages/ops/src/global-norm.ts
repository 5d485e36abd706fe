import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { GlobalNorm, type GlobalNormInputs } from './kernels';
import { type Kernel, runKernel } from './run-kernel';

const kernel: Kernel<GlobalNormInputs, Record<string, never>> = {
  name: GlobalNorm,
  reference: (inputs) => {
    // One after the other: the squares take no more memory than the largest of them.
    const squares = Object.values<Tensor>(inputs).map((tensor) => tf.tidy(() => tf.sum(tf.square(tensor))));
    return [tf.sqrt(squares.reduce((a, b) => tf.add(a, b)))];
  },
};

/** The Euclidean norm of all tensors taken as one vector; 0 if there are none. Any shapes. It has no gradient. */
export function globalNorm(tensors: readonly Tensor[]): Scalar {
  if (tensors.length === 0) return tf.scalar(0);
  const inputs: Record<string, Tensor> = Object.fromEntries(tensors.map((tensor, i) => [String(i), tensor]));
  return runKernel(kernel, inputs, {})[0] as Scalar;
}
