import {
  type Activation,
  conv2d,
  embedding,
  groupNorm,
  type InitialValues,
  type LinearWeights,
  layerNorm,
  linear,
  type NormWeights,
  selfAttention,
  shiftedGroupNorm,
} from '@denoiser/ops';
import type { Tensor, Tensor1D, Tensor2D, Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { type Layer, layer, type ParameterSpec } from './layer';

/**
 * The layers with parameters, with PyTorch's names, initial values and conventions. Convolutions and linear layers start
 * with kaiming_uniform(a = √5) (He et al. 2015, arXiv:1502.01852), which is U(±1/√fanIn), for weight and bias alike.
 */

const ZEROS: InitialValues = { kind: 'constant', value: 0 };
const ONES: InitialValues = { kind: 'constant', value: 1 };
const uniformOf = (fanIn: number): InitialValues => ({ kind: 'uniform', bound: 1 / Math.sqrt(fanIn) });

const vector = (size: number, initial: InitialValues): ParameterSpec => ({ shape: [size], layout: 'same', initial });
const matrix = (from: number, to: number, initial: InitialValues): ParameterSpec => ({
  shape: [from, to],
  layout: 'matrix',
  initial,
});
const filter = (size: number, from: number, to: number): ParameterSpec => ({
  shape: [size, size, from, to],
  layout: 'filter',
  initial: uniformOf(from * size * size),
});

/** Conv2d(from, to, 3, padding=1, bias=False), which `oneGroupNorm` normalizes next. [B, H, W, from] → [B, H, W, to] */
export function conv3x3(from: number, to: number): Layer<(x: Tensor4D) => Tensor4D> {
  return layer({ weight: filter(3, from, to) }, ({ weight }) => (x) => {
    return conv2d(x, weight as Tensor4D, { padding: 1, groups: 1 });
  });
}

/** Conv2d(from, to, 1), with a bias. [B, H, W, from] → [B, H, W, to] */
export function conv1x1(from: number, to: number): Layer<(x: Tensor4D) => Tensor4D> {
  const parameters = { weight: filter(1, from, to), bias: vector(to, uniformOf(from)) };
  return layer(parameters, ({ weight, bias }) => (x) => {
    return conv2d(x, weight as Tensor4D, { bias: bias as Tensor1D });
  });
}

/**
 * Conv2d(from, to, size) with a bias, to which a vector an image and a residual can be added. x [B, H, W, from], shift [B, to],
 * residual [B, H', W', to] → [B, H', W', to]
 *
 * @param o stride: default 1; padding: before and after rows and columns, default such that a stride of 1 keeps the size
 */
export function convolution(
  size: number,
  from: number,
  to: number,
  o: { stride?: 1 | 2; padding?: readonly [before: number, after: number] } = {},
): Layer<(x: Tensor4D, added?: { readonly shift?: Tensor2D; readonly residual?: Tensor4D }) => Tensor4D> {
  const { stride = 1, padding = [(size - 1) / 2, (size - 1) / 2] } = o;
  const parameters = { weight: filter(size, from, to), bias: vector(to, uniformOf(from * size * size)) };
  return layer(parameters, ({ weight, bias }) => (x, added) => {
    return conv2d(x, weight as Tensor4D, { stride, padding, bias: bias as Tensor1D, ...added });
  });
}

/**
 * A group norm that goes on as its call says: activation(residual + norm(x)·(1 + s) + t), s and t from `scaleShift`, [B, 2C],
 * where there is one; or norm(x) + shift, [B, C]. [B, H, W, C]
 */
export type GroupNormCall = (
  x: Tensor4D,
  then?: {
    readonly residual?: Tensor4D;
    readonly activation?: Activation;
    readonly scaleShift?: Tensor2D;
    readonly shift?: Tensor2D | undefined;
  },
) => Tensor4D;

/** GroupNorm(groups, channels), with what follows it. epsilon: default 1e-5; activation: of calls that name none. */
export function groupNormLayer(
  channels: number,
  o: { groups: number; epsilon?: number; activation?: Activation },
): Layer<GroupNormCall> {
  const parameters = { weight: vector(channels, ONES), bias: vector(channels, ZEROS) };
  return layer(parameters, ({ weight, bias }) => (x, { scaleShift, shift, ...then } = {}) => {
    const options = { ...o, ...then };
    if (shift) return shiftedGroupNorm(x, weight as Tensor1D, bias as Tensor1D, shift, options);
    if (!scaleShift) return groupNorm(x, weight as Tensor1D, bias as Tensor1D, options);
    return tf.tidy(() => {
      const [scale, shift] = tf.split(scaleShift, 2, 1) as [Tensor2D, Tensor2D]; // [B, C] each
      const factor = tf.add(scale, 1);
      const scales = tf.mul(weight, factor) as Tensor2D; // [B, C]
      const shifts = tf.add(tf.mul(bias, factor), shift) as Tensor2D; // [B, C]
      return groupNorm(x, scales, shifts, options);
    });
  });
}

/** GroupNorm(1, channels), with the activation and the sum that follow: activation(residual + GN(x)). [B, H, W, C] */
export const oneGroupNorm = (channels: number): Layer<GroupNormCall> => groupNormLayer(channels, { groups: 1 });

/** LayerNorm([channels]). [B, N, C] */
export function tokenNorm(channels: number): Layer<(x: Tensor3D) => Tensor3D> {
  return layer({ weight: vector(channels, ONES), bias: vector(channels, ZEROS) }, ({ weight, bias }) => (x) => {
    return layerNorm(x, weight as Tensor1D, bias as Tensor1D) as Tensor3D;
  });
}

/** The weights of LayerNorm([channels]). */
export function normWeights(channels: number): Layer<NormWeights> {
  return layer({ weight: vector(channels, ONES), bias: vector(channels, ZEROS) }, (p) => p as unknown as NormWeights);
}

/** The weights of Linear(from, to). */
export function linearWeights(from: number, to: number): Layer<LinearWeights> {
  return layer(linearSpecs(from, to), (p) => p as unknown as LinearWeights);
}

const linearSpecs = (from: number, to: number) => ({
  weight: matrix(from, to, uniformOf(from)),
  bias: vector(to, uniformOf(from)),
});

/** Linear(from, to), with what surrounds it: residual + activation(x)·weight + bias. [..., from] → [..., to] */
export function dense(
  from: number,
  to: number,
): Layer<<T extends Tensor2D | Tensor3D>(x: T, around?: { activation?: Activation; residual?: T }) => T> {
  return layer(linearSpecs(from, to), ({ weight, bias }) => {
    return <T extends Tensor2D | Tensor3D>(x: T, around?: { activation?: Activation; residual?: T }) =>
      linear(x, weight as Tensor2D, bias as Tensor1D, around) as T;
  });
}

/**
 * The weights of MultiheadAttention(channels, heads) (Vaswani et al. 2017, arXiv:1706.03762). The projections to q, k and v are one
 * matrix, which starts xavier-uniform (Glorot and Bengio 2010), U(±√(6/(C + 3C))), the biases at 0.
 */
export function attentionWeights(
  channels: number,
): Layer<{ readonly qkv: LinearWeights; readonly out: LinearWeights }> {
  const xavier: InitialValues = { kind: 'uniform', bound: Math.sqrt(6 / (4 * channels)) };
  const parameters = {
    in_proj_weight: matrix(channels, 3 * channels, xavier),
    in_proj_bias: vector(3 * channels, ZEROS),
    'out_proj.weight': matrix(channels, channels, uniformOf(channels)),
    'out_proj.bias': vector(channels, ZEROS),
  };
  const both = (weight: Tensor, bias: Tensor) => ({ weight, bias }) as LinearWeights;
  return layer(parameters, (p) => ({
    qkv: both(p.in_proj_weight, p.in_proj_bias),
    out: both(p['out_proj.weight'], p['out_proj.bias']),
  }));
}

/**
 * MultiheadAttention(channels, heads) of x with itself, and a residual added if there is one; see `attentionWeights`. [B, N, C]
 */
export function multiHeadSelfAttention(
  channels: number,
  heads: number,
): Layer<(x: Tensor3D, residual?: Tensor3D) => Tensor3D> {
  const weights = attentionWeights(channels);
  return {
    parameters: weights.parameters,
    bind(parameter) {
      const { qkv, out } = weights.bind(parameter);
      return (x, residual) =>
        tf.tidy(() => {
          const projected = linear(x, qkv.weight, qkv.bias) as Tensor3D; // [B, N, 3C]
          const y = selfAttention(projected, { heads }); // [B, N, C]
          return linear(y, out.weight, out.bias, residual && { residual }) as Tensor3D;
        });
    },
  };
}

/** Embedding(rows, width), which starts N(0, 1); index −1 gives zeros. [B] int32 → [B, width] */
export function embeddingTable(rows: number, width: number): Layer<(indices: Tensor1D) => Tensor2D> {
  const weight: ParameterSpec = { shape: [rows, width], layout: 'same', initial: { kind: 'normal' } };
  return layer({ weight }, (p) => (indices) => embedding(p.weight as Tensor2D, indices));
}

/** A place without parameters where training may drop activations; otherwise it returns its input. [B, H, W, C] */
export function dropoutPlace(): Layer<(x: Tensor4D) => Tensor4D> {
  return {
    parameters: new Map(),
    bind: (_, { dropout } = {}) => {
      return dropout ? (x) => dropout('dropout', x) : (x) => x;
    },
  };
}
