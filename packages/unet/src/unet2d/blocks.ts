import { attention, gelu, silu, upsample2x } from '@denoiser/ops';
import type { Tensor, Tensor2D, Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { compose, type Layer } from '../layer';
import { convolution, dense, dropoutPlace, type GroupNormCall, groupNormLayer } from '../layers';
import type { ActivationName, UNet2DConfig } from './config';
import type { AttentionPlan, ResnetPlan, SamplerPlan } from './plan';
import { resample } from './resample';

/** x [B, H, W, from] and the embedding [B, timeDim] after its activation → [B, H', W', to] */
export type Block = (x: Tensor4D, embedding?: Tensor2D) => Tensor4D;

export type BlockOptions = Pick<
  UNet2DConfig,
  'act_fn' | 'norm_eps' | 'resnet_time_scale_shift' | 'downsample_padding'
> & {
  readonly timeDim: number;
};

/**
 * A residual block as in Ho et al. 2020 (arXiv:2006.11239), appendix B: norm, activation, convolution, norm, activation, dropout,
 * convolution, and the input added; up or down before the first convolution (Brock et al. 2019, arXiv:1809.11096). The time is
 * added between, or scales and shifts the second norm (Nichol & Dhariwal 2021, arXiv:2102.09672).
 */
export function resnetBlock(plan: ResnetPlan, options: BlockOptions): Layer<Block> {
  const { from, to, groups, groupsOut, scale, shortcut } = plan;
  const { norm_eps: epsilon, timeDim } = options;
  const modulates = options.resnet_time_scale_shift === 'scale_shift';
  const children = {
    norm1: groupNormLayer(from, { groups, epsilon }),
    conv1: convolution(3, from, to),
    time_emb_proj: dense(timeDim, modulates ? 2 * to : to),
    norm2: groupNormLayer(to, { groups: groupsOut, epsilon }),
    place: dropoutPlace(),
    conv2: convolution(3, to, to),
    ...(shortcut && { conv_shortcut: convolution(1, from, to) }),
  };
  return compose(children, (m) => (given: Tensor4D, embedding?: Tensor2D) => {
    const x = gathered(given);
    const resized = (y: Tensor4D) => (plan.resample ? resample(y, plan.resample) : y);
    const first = resized(normed(m.norm1, x, options.act_fn)); // [B, H', W', from]
    const time = m.time_emb_proj(embedding as Tensor2D); // [B, to] or [B, 2·to]
    const second = modulates
      ? normed(m.norm2, m.conv1(first), options.act_fn, time)
      : normed(m.norm2, m.conv1(first, { shift: time }), options.act_fn); // [B, H', W', to]
    const beside = resized(x);
    const residual = m.conv_shortcut ? m.conv_shortcut(beside) : beside;
    const sum = m.conv2(m.place(second), { residual });
    return (scale === 1 ? sum : tf.mul(sum, 1 / scale)) as Tensor4D; // [B, H', W', to]
  });
}

/** Attention of the pixels to one another, and the input added: (x + out(attention(norm(x))))/scale. [B, H, W, C] */
export function attentionBlock(plan: AttentionPlan, { norm_eps: epsilon }: BlockOptions): Layer<Block> {
  const { channels, heads, width, groups, scale } = plan;
  const inner = heads * width;
  const children = {
    ...(groups !== null && { group_norm: groupNormLayer(channels, { groups, epsilon }) }),
    to_q: dense(channels, inner),
    to_k: dense(channels, inner),
    to_v: dense(channels, inner),
    'to_out.0': dense(inner, channels),
  };
  return compose(children, (m) => (given: Tensor4D) => {
    const x = gathered(given);
    const [batch, rows, columns] = x.shape;
    const normal = m.group_norm ? m.group_norm(x) : x;
    const tokens: Tensor3D = tf.reshape(normal, [batch, rows * columns, channels]); // [B, H·W, C]
    const mixed = attention(m.to_q(tokens), m.to_k(tokens), m.to_v(tokens), { heads }); // [B, H·W, inner]
    const beside: Tensor3D = tf.reshape(x, tokens.shape); // [B, H·W, C]
    const sum = tf.reshape(m['to_out.0'](mixed, { residual: beside }), x.shape);
    return (scale === 1 ? sum : tf.mul(sum, 1 / scale)) as Tensor4D; // [B, H, W, C]
  });
}

/** A convolution to half the size, or to pixels repeated to twice the size. [B, H, W, C] → [B, H', W', C] */
export function samplerBlock({ kind, channels }: SamplerPlan, options: BlockOptions): Layer<Block> {
  if (kind === 'twice') {
    return compose({ conv: convolution(3, channels, channels) }, (m) => (x: Tensor4D) => {
      return m.conv(upsample2x(x, { method: 'nearest' }));
    });
  }
  const padding = options.downsample_padding === 0 ? ([0, 1] as const) : ([1, 1] as const);
  return compose({ conv: convolution(3, channels, channels, { stride: 2, padding }) }, (m) => (x: Tensor4D) => {
    return m.conv(x);
  });
}

/**
 * Returns the same numbers, whose gradients by all uses in a block are summed before they are added to those of other blocks: in
 * the order in which a block that is computed again gives them.
 */
function gathered(x: Tensor4D): Tensor4D {
  return tf.clone(x);
}

/** activation(norm(x)·(1 + scale) + shift), where `time` has scale and shift, [B, 2C]. */
function normed(norm: GroupNormCall, x: Tensor4D, name: ActivationName, time?: Tensor2D): Tensor4D {
  const modulation = time && { scaleShift: time };
  if (name === 'relu' || name === 'mish') return activate(name, norm(x, modulation));
  return norm(x, { activation: name === 'gelu' ? 'gelu' : 'silu', ...modulation });
}

/** Applies the activation of a configuration. */
export function activate<T extends Tensor>(name: ActivationName, x: T): T {
  if (name === 'gelu') return gelu(x);
  if (name === 'relu') return tf.relu(x);
  if (name === 'mish') return mish(x);
  return silu(x);
}

/** x·tanh(ln(1 + eˣ)) (Misra 2019, arXiv:1908.08681). Its gradient is of core ops that every backend has. Any shape. */
function mish<T extends Tensor>(x: T): T {
  const op = tf.customGrad<T>((...args) => {
    const [y, save] = args as unknown as [T, (kept: Tensor[]) => void];
    save([y]);
    return {
      value: tf.tidy(() => tf.mul(y, gateOf(y))),
      gradFunc: (dy, kept) =>
        tf.tidy(() => {
          const z = kept[0] as Tensor;
          const gate = gateOf(z);
          const slope = tf.mul(tf.mul(z, tf.sigmoid(z)), tf.sub(1, tf.square(gate)));
          return tf.mul(dy, tf.add(gate, slope));
        }),
    };
  });
  return op(x);
}

/** tanh(ln(1 + eˣ)): with n = eˣ, n(n + 2)/(n(n + 2) + 2), which is 1 in float32 from x = 20 on. */
function gateOf(x: Tensor): Tensor {
  const n = tf.exp(tf.minimum(x, 20));
  const product = tf.mul(n, tf.add(n, 2));
  return tf.div(product, tf.add(product, 2));
}
