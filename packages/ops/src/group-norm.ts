import type { Tensor, Tensor1D, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { activate, activationGradient } from './activations';
import { OpsError } from './errors';
import {
  type Activation,
  GroupNorm,
  type GroupNormAttrs,
  GroupNormGrad,
  type GroupNormGradInputs,
  type GroupNormInputs,
} from './kernels';
import { differentiable, type Kernel, runKernel } from './run-kernel';

const kernel: Kernel<GroupNormInputs, GroupNormAttrs> = {
  name: GroupNorm,
  reference: ({ x, scale, bias, residual }, { groups, epsilon, activation }) => {
    const { normalized } = normalize(x, groups, epsilon);
    return [activate(preActivation(normalized, scale, bias, residual), activation)];
  },
};

const gradKernel: Kernel<GroupNormGradInputs, GroupNormAttrs> = {
  name: GroupNormGrad,
  reference: ({ dy, x, scale, bias, residual }, { groups, epsilon, activation }) => {
    const { normalized, rootPrecision } = normalize(x, groups, epsilon);
    const dz = activationGradient(dy, preActivation(normalized, scale, bias, residual), activation); // [B, H, W, C]
    const g = tf.reshape(tf.mul(dz, scale), grouped(x, groups));
    const n = tf.reshape(normalized, grouped(x, groups));
    const projection = tf.add(meanOfGroups(g), tf.mul(n, meanOfGroups(tf.mul(g, n))));
    const dx = tf.reshape(tf.mul(tf.sub(g, projection), rootPrecision), x.shape);
    const dscale = tf.sum(tf.mul(dz, normalized), [0, 1, 2]);
    const dbias = tf.sum(dz, [0, 1, 2]);
    return residual ? [dx, dscale, dbias, tf.clone(dz)] : [dx, dscale, dbias];
  },
};

/**
 * Group normalization (Wu and He 2018, arXiv:1803.08494), with what surrounds it in a diffusion network in the same
 * kernel: y = activation(residual + GN(x)·scale + bias).
 *
 * @param x [B, H, W, C]
 * @param scale [C]
 * @param bias [C]
 * @param options groups: divides C; epsilon: default 1e-5; residual: [B, H, W, C]; activation: default 'linear'.
 * @throws DenoiserError if the groups don't divide the channels.
 */
export function groupNorm(
  x: Tensor4D,
  scale: Tensor1D,
  bias: Tensor1D,
  options: { groups: number; epsilon?: number; residual?: Tensor4D; activation?: Activation },
): Tensor4D {
  const { groups, epsilon = 1e-5, residual, activation = 'linear' } = options;
  const channels = x.shape[3];
  if (!(Number.isInteger(groups) && groups > 0 && channels % groups === 0)) {
    throw new OpsError('shape-invalid', `groupNorm can't split ${channels} channels into ${groups} groups.`);
  }
  const attrs = { groups, epsilon, activation };
  return differentiable({
    inputs: [x, scale, bias, residual],
    forward: () => runKernel(kernel, { x, scale, bias, residual }, attrs),
    save: () => ({ x, scale, bias, residual }),
    backward: (dy, saved) => runKernel(gradKernel, { dy, ...saved }, attrs),
  }) as Tensor4D;
}

function grouped(x: Tensor, groups: number): [number, number, number, number] {
  const [b, h, w, c] = (x as Tensor4D).shape;
  return [b, h * w, groups, c / groups];
}

function normalize(x: Tensor, groups: number, epsilon: number): { normalized: Tensor; rootPrecision: Tensor } {
  const parts = tf.reshape(x, grouped(x, groups));
  const centred = tf.sub(parts, meanOfGroups(parts)); // [B, H·W, G, C/G]
  const variance = meanOfGroups(tf.square(centred)); // [B, 1, G, 1]
  const rootPrecision = tf.rsqrt(tf.add(variance, epsilon));
  return { normalized: tf.reshape(tf.mul(centred, rootPrecision), x.shape), rootPrecision };
}

function preActivation(normalized: Tensor, scale: Tensor, bias: Tensor, residual?: Tensor): Tensor {
  const affine = tf.add(tf.mul(normalized, scale), bias);
  return residual ? tf.add(affine, residual) : affine;
}

/** [B, H·W, G, C/G] → [B, 1, G, 1]; in two stages, since backends add up in float32, one number after the other. */
function meanOfGroups(parts: Tensor): Tensor {
  return tf.mean(tf.mean(parts, 1, true), 3, true);
}
