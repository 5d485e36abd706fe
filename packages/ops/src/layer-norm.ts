import type { Tensor, Tensor1D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import {
  LayerNorm,
  type LayerNormAttrs,
  LayerNormGrad,
  type LayerNormGradInputs,
  type LayerNormInputs,
} from './kernels';
import { differentiable, type Kernel, runKernel } from './run-kernel';

const kernel: Kernel<LayerNormInputs, LayerNormAttrs> = {
  name: LayerNorm,
  reference: ({ x, scale, bias }, { epsilon }) => {
    const { normalized } = normalize(x, epsilon);
    return [tf.add(tf.mul(normalized, scale), bias)];
  },
};

const gradKernel: Kernel<LayerNormGradInputs, LayerNormAttrs> = {
  name: LayerNormGrad,
  reference: ({ dy, x, scale }, { epsilon }) => {
    const { normalized, rootPrecision } = normalize(x, epsilon);
    const g = tf.mul(dy, scale);
    const projection = tf.add(tf.mean(g, -1, true), tf.mul(normalized, tf.mean(tf.mul(g, normalized), -1, true)));
    const rows = x.shape.slice(0, -1).map((_, axis) => axis);
    return [tf.mul(tf.sub(g, projection), rootPrecision), tf.sum(tf.mul(dy, normalized), rows), tf.sum(dy, rows)];
  },
};

/**
 * Layer normalization (Ba et al. 2016, arXiv:1607.06450) over the last axis: y = LN(x)·scale + bias.
 *
 * @param x [..., C], rank 2 or more
 * @param scale [C]
 * @param bias [C]
 * @param options epsilon: default 1e-5.
 */
export function layerNorm<T extends Tensor>(
  x: T,
  scale: Tensor1D,
  bias: Tensor1D,
  options: { epsilon?: number } = {},
): T {
  const { epsilon = 1e-5 } = options;
  return differentiable({
    inputs: [x, scale, bias],
    forward: () => runKernel(kernel, { x, scale, bias }, { epsilon }),
    save: () => ({ x, scale, bias }),
    backward: (dy, saved) => runKernel(gradKernel, { dy, ...saved }, { epsilon }),
  }) as T;
}

function normalize(x: Tensor, epsilon: number): { normalized: Tensor; rootPrecision: Tensor } {
  const centred = tf.sub(x, tf.mean(x, -1, true));
  const rootPrecision = tf.rsqrt(tf.add(tf.mean(tf.square(centred), -1, true), epsilon)); // [..., 1]
  return { normalized: tf.mul(centred, rootPrecision), rootPrecision };
}
