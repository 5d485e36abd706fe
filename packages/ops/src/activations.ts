import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { type Activation, Gelu, GeluGrad, Silu, SiluGrad, type UnaryGradInputs, type UnaryInputs } from './kernels';
import { differentiable, type Kernel, runKernel } from './run-kernel';

type NoAttrs = Record<string, never>;

const geluKernel: Kernel<UnaryInputs, NoAttrs> = { name: Gelu, reference: ({ x }) => [geluReference(x)] };
const geluGradKernel: Kernel<UnaryGradInputs, NoAttrs> = {
  name: GeluGrad,
  reference: ({ dy, x }) => [tf.mul(dy, geluSlope(x))],
};
const siluKernel: Kernel<UnaryInputs, NoAttrs> = { name: Silu, reference: ({ x }) => [siluReference(x)] };
const siluGradKernel: Kernel<UnaryGradInputs, NoAttrs> = {
  name: SiluGrad,
  reference: ({ dy, x }) => [tf.mul(dy, siluSlope(x))],
};

/**
 * GELU, x·Φ(x) with the exact normal distribution function Φ (Hendrycks and Gimpel 2016, arXiv:1606.08415, eq. 1).
 * Any shape.
 */
export function gelu<T extends Tensor>(x: T): T {
  return unary(geluKernel, geluGradKernel, x);
}

/** SiLU, x·sigmoid(x) (Elfwing et al. 2017, arXiv:1702.03118, eq. 8). Any shape. */
export function silu<T extends Tensor>(x: T): T {
  return unary(siluKernel, siluGradKernel, x);
}

/** activation(x), with its gradient. */
export function activated<T extends Tensor>(x: T, activation: Activation): T {
  if (activation === 'gelu') return gelu(x);
  if (activation === 'silu') return silu(x);
  return x;
}

function unary<T extends Tensor>(
  kernel: Kernel<UnaryInputs, NoAttrs>,
  gradKernel: Kernel<UnaryGradInputs, NoAttrs>,
  x: T,
): T {
  return differentiable({
    inputs: [x],
    forward: () => runKernel(kernel, { x }, {}),
    save: () => ({ x }),
    backward: (dy, saved) => runKernel(gradKernel, { dy, x: saved.x }, {}),
  }) as T;
}

/** activation(z), by core ops. */
export function activate(z: Tensor, activation: Activation): Tensor {
  if (activation === 'gelu') return geluReference(z);
  if (activation === 'silu') return siluReference(z);
  return z;
}

/** dy·activation'(z), by core ops. */
export function activationGradient(dy: Tensor, z: Tensor, activation: Activation): Tensor {
  if (activation === 'gelu') return tf.mul(dy, geluSlope(z));
  if (activation === 'silu') return tf.mul(dy, siluSlope(z));
  return dy;
}

function geluReference(x: Tensor): Tensor {
  return tf.mul(x, normalDistribution(x));
}

function geluSlope(x: Tensor): Tensor {
  const density = tf.mul(tf.exp(tf.mul(tf.square(x), -0.5)), 1 / Math.sqrt(2 * Math.PI));
  return tf.add(normalDistribution(x), tf.mul(x, density));
}

function normalDistribution(x: Tensor): Tensor {
  return tf.mul(tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1), 0.5);
}

function siluReference(x: Tensor): Tensor {
  return tf.mul(x, tf.sigmoid(x));
}

function siluSlope(x: Tensor): Tensor {
  const s = tf.sigmoid(x);
  return tf.mul(s, tf.add(tf.mul(x, tf.sub(1, s)), 1));
}
