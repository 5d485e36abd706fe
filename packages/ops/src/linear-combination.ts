import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { OpsError } from './errors';
import { LinearCombination, type LinearCombinationAttrs, type LinearCombinationInputs } from './kernels';
import { type Kernel, runKernel } from './run-kernel';

const kernel: Kernel<LinearCombinationInputs, LinearCombinationAttrs> = {
  name: LinearCombination,
  reference: (inputs, { coefficients, clip }) => {
    const terms = coefficients.flatMap((c, i) => (c === 0 ? [] : [c === 1 ? inputs[i] : tf.mul(inputs[i], c)]));
    const sum = terms.length === 0 ? tf.zerosLike(inputs[0]) : tf.addN(terms);
    return [clip ? tf.clipByValue(sum, clip[0], clip[1]) : sum];
  },
};

/**
 * Σ coefficients[i]·tensors[i], clipped to [min, max] if asked: one step of any linear solver. Terms with coefficient 0
 * are left out, whatever they hold. It has no gradient.
 *
 * @param tensors one or more of one shape
 * @throws DenoiserError if there are no tensors, as many coefficients are not there, or shapes differ.
 */
export function linearCombination<T extends Tensor>(
  tensors: readonly T[],
  coefficients: readonly number[],
  options: { clip?: readonly [min: number, max: number] } = {},
): T {
  if (tensors.length === 0 || tensors.length !== coefficients.length) {
    throw new OpsError(
      'shape-invalid',
      `linearCombination needs as many coefficients as tensors, at least one, but got ${coefficients.length} and ${tensors.length}.`,
    );
  }
  const odd = tensors.find((tensor) => !tf.util.arraysEqual(tensor.shape, tensors[0].shape));
  if (odd) {
    throw new OpsError(
      'shape-invalid',
      `linearCombination needs tensors of one shape, but got [${tensors[0].shape}] and [${odd.shape}].`,
    );
  }
  const inputs: Record<string, Tensor> = Object.fromEntries(tensors.map((tensor, i) => [String(i), tensor]));
  const [sum] = runKernel(kernel, inputs, { coefficients, ...(options.clip && { clip: options.clip }) });
  return sum as T;
}
