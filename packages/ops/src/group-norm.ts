import type { Tensor, Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { activate, activationGradient } from './activations';
import { OpsError } from './errors';
import { fusedKernels } from './fused-kernels';
import {
  type Activation,
  GroupNorm,
  type GroupNormAttrs,
  GroupNormGrad,
  type GroupNormGradInputs,
  type GroupNormInputs,
} from './kernels';
import { differentiable, hasKernel, type Kernel, runKernel, runOwnKernel } from './run-kernel';

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
    const g = tf.reshape(tf.mul(dz, overPixels(scale)), grouped(x, groups));
    const n = tf.reshape(normalized, grouped(x, groups));
    const projection = tf.add(meanOfGroups(g), tf.mul(n, meanOfGroups(tf.mul(g, n))));
    const dx = tf.reshape(tf.mul(tf.sub(g, projection), rootPrecision), x.shape);
    const axes = scale.rank === 2 ? [1, 2] : [0, 1, 2];
    const dscale = tf.sum(tf.mul(dz, normalized), axes);
    const dbias = tf.sum(dz, axes);
    return residual ? [dx, dscale, dbias, tf.clone(dz)] : [dx, dscale, dbias];
  },
};

/**
 * Group normalization (Wu and He 2018, arXiv:1803.08494), with what surrounds it in a diffusion network in the same
 * kernel: y = activation(residual + GN(x)·scale + bias). Scale and bias of each image for itself make it adaptive: conditioned
 * on time, or on a class (Dhariwal and Nichol 2021, arXiv:2105.05233, eq. 6).
 *
 * @param x [B, H, W, C]
 * @param scale [C], or [B, C]
 * @param bias as scale
 * @param options groups: divides C; epsilon: default 1e-5; residual: [B, H, W, C]; activation: default 'linear'.
 * @throws DenoiserError if the groups don't divide the channels, or scale and bias have other shapes.
 */
export function groupNorm(
  x: Tensor4D,
  scale: Tensor<tf.Rank.R1 | tf.Rank.R2>,
  bias: Tensor<tf.Rank.R1 | tf.Rank.R2>,
  options: { groups: number; epsilon?: number; residual?: Tensor4D; activation?: Activation },
): Tensor4D {
  const { groups, epsilon = 1e-5, residual, activation = 'linear' } = options;
  checkGroups(x, scale, bias, groups);
  const attrs = { groups, epsilon, activation };
  return differentiable({
    inputs: [x, scale, bias, residual],
    forward: () => runKernel(kernel, { x, scale, bias, residual }, attrs),
    save: ([, moments]) => ({ x, scale, bias, residual, moments }),
    backward: (dy, saved) => runKernel(gradKernel, { dy, ...saved }, attrs),
  }) as Tensor4D;
}

/**
 * Group normalization, and a vector an image added to all of its pixels: y = GN(x)·scale + bias + shift.
 *
 * @param x [B, H, W, C]
 * @param scale [C]
 * @param bias [C]
 * @param shift [B, C]
 * @param options groups, epsilon: as of `groupNorm`
 * @throws DenoiserError as `groupNorm`.
 */
export function shiftedGroupNorm(
  x: Tensor4D,
  scale: Tensor1D,
  bias: Tensor1D,
  shift: Tensor2D,
  options: { groups: number; epsilon?: number },
): Tensor4D {
  const { groups, epsilon = 1e-5 } = options;
  const [batch, , , channels] = x.shape;
  if (!hasKernel(fusedKernels.shiftedGroupNorm)) {
    return tf.tidy(() => tf.add(groupNorm(x, scale, bias, options), tf.reshape(shift, [batch, 1, 1, channels])));
  }
  checkGroups(x, scale, bias, groups);
  const attrs: GroupNormAttrs = { groups, epsilon, activation: 'linear' };
  return differentiable({
    inputs: [x, scale, bias, shift],
    forward: () => runOwnKernel(fusedKernels.shiftedGroupNorm, { x, scale, bias, shift }, attrs),
    save: ([, moments]) => ({ x, scale, bias, shift, moments }),
    backward: (dy, saved) => runOwnKernel(fusedKernels.shiftedGroupNormGrad, { dy, ...saved }, attrs),
  }) as Tensor4D;
}

function checkGroups(x: Tensor4D, scale: Tensor, bias: Tensor, groups: number): void {
  const channels = x.shape[3];
  if (!(Number.isInteger(groups) && groups > 0 && channels % groups === 0)) {
    throw new OpsError('shape-invalid', `groupNorm can't split ${channels} channels into ${groups} groups.`);
  }
  const wanted = scale.rank === 2 ? [x.shape[0], channels] : [channels];
  if (`${scale.shape}` !== `${wanted}` || `${bias.shape}` !== `${wanted}`) {
    const found = `[${scale.shape}] and [${bias.shape}]`;
    throw new OpsError('shape-invalid', `groupNorm takes scale and bias [${wanted}], but was given ${found}.`);
  }
}

/** [C], or [B, C] → [B, 1, 1, C] */
function overPixels(vectors: Tensor): Tensor {
  return vectors.rank === 2 ? tf.expandDims(tf.expandDims(vectors, 1), 1) : vectors;
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
  const affine = tf.add(tf.mul(normalized, overPixels(scale)), overPixels(bias));
  return residual ? tf.add(affine, residual) : affine;
}

/** [B, H·W, G, C/G] → [B, 1, G, 1]; in two stages, since backends add up in float32, one number after the other. */
function meanOfGroups(parts: Tensor): Tensor {
  return tf.mean(tf.mean(parts, 1, true), 3, true);
}
