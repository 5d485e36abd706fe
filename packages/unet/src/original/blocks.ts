import { attentionBlock, feedForwardBlock, maxPool2x, upsampleBeside } from '@denoiser/ops';
import type { Tensor2D, Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { compose, type Layer } from '../layer';
import { attentionWeights, conv3x3, dense, dropoutPlace, linearWeights, normWeights, oneGroupNorm } from '../layers';

const HEADS = 4;

/**
 * conv3×3(from → middle), norm, GELU, conv3×3(middle → to), norm, and a vector an image added to all of its pixels, if there is one.
 * x [B, H, W, from], shift [B, to] → [B, H, W, to]
 */
export function doubleConv(from: number, to: number, middle = to): Layer<(x: Tensor4D, shift?: Tensor2D) => Tensor4D> {
  return compose(convolutions(from, middle, to), (m) => (x: Tensor4D, shift?: Tensor2D) => {
    const hidden = m['double_conv.1'](m['double_conv.0'](x), { activation: 'gelu' }); // [B, H, W, middle]
    return m['double_conv.4'](m['double_conv.3'](m['double_conv.2'](hidden)), { shift }); // [B, H, W, to]
  });
}

/** gelu(x + doubleConv(x)). [B, H, W, C] */
export function residualDoubleConv(channels: number): Layer<(x: Tensor4D) => Tensor4D> {
  return compose(convolutions(channels, channels, channels), (m) => (x: Tensor4D) => {
    const hidden = m['double_conv.1'](m['double_conv.0'](x), { activation: 'gelu' }); // [B, H, W, C]
    return m['double_conv.4'](m['double_conv.3'](m['double_conv.2'](hidden)), { residual: x, activation: 'gelu' }); // [B, H, W, C]
  });
}

const convolutions = (from: number, middle: number, to: number) => ({
  'double_conv.0': conv3x3(from, middle),
  'double_conv.1': oneGroupNorm(middle),
  'double_conv.2': dropoutPlace(), // before the second convolution, as Ho et al. have it
  'double_conv.3': conv3x3(middle, to),
  'double_conv.4': oneGroupNorm(to),
});

/** Half the size. x [B, H, W, from], embedding [B, timeDim] after its SiLU → [B, H/2, W/2, to] */
export function down(from: number, to: number, timeDim: number): Layer<(x: Tensor4D, embedding: Tensor2D) => Tensor4D> {
  const children = {
    'maxpool_conv.1': residualDoubleConv(from),
    'maxpool_conv.2': doubleConv(from, to),
    'emb_layer.1': dense(timeDim, to),
  };
  return compose(children, (m) => (x: Tensor4D, embedding: Tensor2D) => {
    return m['maxpool_conv.2'](m['maxpool_conv.1'](maxPool2x(x)), m['emb_layer.1'](embedding)); // [B, H/2, W/2, to]
  });
}

/**
 * Twice the size, beside what the way down had at that size. x [B, H, W, c], skip [B, 2H, 2W, from − c], embedding
 * [B, timeDim] after its SiLU → [B, 2H, 2W, to]
 */
export function up(
  from: number,
  to: number,
  timeDim: number,
): Layer<(x: Tensor4D, skip: Tensor4D, embedding: Tensor2D) => Tensor4D> {
  const children = {
    'conv.0': residualDoubleConv(from),
    'conv.1': doubleConv(from, to, from / 2),
    'emb_layer.1': dense(timeDim, to),
  };
  return compose(children, (m) => (x: Tensor4D, skip: Tensor4D, embedding: Tensor2D) => {
    const both = upsampleBeside(skip, x, { method: 'bilinear' }); // [B, 2H, 2W, from]
    return m['conv.1'](m['conv.0'](both), m['emb_layer.1'](embedding)); // [B, 2H, 2W, to]
  });
}

/** A transformer block whose tokens are the pixels. [B, H, W, C] */
export function selfAttention(channels: number): Layer<(x: Tensor4D) => Tensor4D> {
  const children = {
    mha: attentionWeights(channels),
    ln: normWeights(channels),
    'ff_self.0': normWeights(channels),
    'ff_self.1': linearWeights(channels, channels),
    'ff_self.3': linearWeights(channels, channels),
  };
  return compose(children, (m) => (x: Tensor4D) => {
    const [batch, height, width] = x.shape;
    const tokens: Tensor3D = tf.reshape(x, [batch, height * width, channels]); // [B, H·W, C]
    const attended = attentionBlock(tokens, { ...m.mha, norm: m.ln, heads: HEADS }); // [B, H·W, C]
    const y = feedForwardBlock(attended, {
      norm: m['ff_self.0'],
      first: m['ff_self.1'],
      activation: 'gelu',
      second: m['ff_self.3'],
    }); // [B, H·W, C]
    return tf.reshape(y, x.shape); // [B, H, W, C]
  });
}
