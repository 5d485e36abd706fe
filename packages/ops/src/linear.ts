import type { Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { Linear, LinearGrad, type LinearGradInputs, type LinearInputs } from './kernels';
import { differentiable, type Kernel, runKernel } from './run-kernel';

type NoAttrs = Record<string, never>;

const kernel: Kernel<LinearInputs, NoAttrs> = {
  name: Linear,
  reference: ({ x, weight, bias }) => {
    const product = tf.matMul(asRows(x), weight as Tensor2D);
    const y = bias ? tf.add(product, bias) : product;
    return [tf.reshape(y, [...x.shape.slice(0, -1), weight.shape[1] as number])];
  },
};

const gradKernel: Kernel<LinearGradInputs, NoAttrs> = {
  name: LinearGrad,
  reference: ({ dy, x, weight, bias }) => {
    const dyRows = asRows(dy);
    const dx = tf.reshape(tf.matMul(dyRows, weight as Tensor2D, false, true), x.shape);
    const dweight = tf.matMul(asRows(x), dyRows, true, false);
    return bias ? [dx, dweight, tf.sum(dyRows, 0)] : [dx, dweight];
  },
};

/**
 * The affine map y = x·weight + bias over the last axis.
 *
 * @param x [..., in], any rank
 * @param weight [in, out]
 * @param bias [out], or none
 * @returns [..., out]
 */
export function linear(x: Tensor, weight: Tensor2D, bias?: Tensor1D): Tensor {
  return differentiable({
    inputs: [x, weight, bias],
    forward: () => runKernel(kernel, { x, weight, bias }, {}),
    save: () => ({ x, weight, bias }),
    backward: (dy, saved) => runKernel(gradKernel, { dy, ...saved }, {}),
  });
}

function asRows(x: Tensor): Tensor2D {
  return tf.reshape(x, [-1, x.shape[x.rank - 1] as number]);
}
