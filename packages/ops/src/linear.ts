import type { Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { activated } from './activations';
import { fusedKernels } from './fused-kernels';
import { type Activation, Linear, LinearGrad, type LinearGradInputs, type LinearInputs } from './kernels';
import { differentiable, hasKernel, type Kernel, runKernel, runOwnKernel } from './run-kernel';

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
 * The affine map over the last axis, with what surrounds it in a network: y = residual + activation(x)·weight + bias. A backend that
 * has a kernel for all of it takes one pass; others one after the other.
 *
 * @param x [..., in], any rank
 * @param weight [in, out]
 * @param bias [out], or none
 * @param around activation: default 'linear'; residual: [..., out]
 * @returns [..., out]
 */
export function linear(
  x: Tensor,
  weight: Tensor2D,
  bias?: Tensor1D,
  around: { activation?: Activation; residual?: Tensor } = {},
): Tensor {
  const { activation = 'linear', residual } = around;
  if (activation === 'linear' && !residual) return plain(x, weight, bias);
  if (hasKernel(fusedKernels.linear)) {
    const attrs = { activation };
    return differentiable({
      inputs: [x, weight, bias, residual],
      forward: () => runOwnKernel(fusedKernels.linear, { x, weight, bias, residual }, attrs),
      save: () => ({ x, weight, bias }),
      backward: (dy, saved) => {
        const gradients = runOwnKernel(fusedKernels.linearGrad, { dy, ...saved }, attrs);
        return residual ? [...gradients, tf.clone(dy)] : gradients;
      },
    });
  }
  return tf.tidy(() => {
    const y = plain(activated(x, activation), weight, bias);
    return residual ? tf.add(y, residual) : y;
  });
}

function plain(x: Tensor, weight: Tensor2D, bias?: Tensor1D): Tensor {
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
