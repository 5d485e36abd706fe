import type { Tensor, Tensor1D, Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { selfAttention } from './attention';
import { fusedKernels } from './fused-kernels';
import type { Activation } from './kernels';
import { layerNorm } from './layer-norm';
import { linear } from './linear';
import { differentiable, hasKernel, runOwnKernel } from './run-kernel';

/** Weights of a layer norm: both [C]. */
export type NormWeights = { readonly weight: Tensor1D; readonly bias: Tensor1D };
/** Weights of a linear layer: [in, out] and [out]. */
export type LinearWeights = { readonly weight: Tensor2D; readonly bias: Tensor1D };

const EPSILON = 1e-5;

/**
 * The first half of a transformer block that normalizes first (Xiong et al. 2020, arXiv:2002.04745): x + out(attention(qkv(LN(x)))). A
 * backend with kernels for it neither stores what LN gives, nor adds up gradients in a pass of their own.
 *
 * @param x [B, N, C]
 * @param o qkv: to q, k and v beside one another, [C, 3C]; out: [C, C]; heads: divide C
 */
export function attentionBlock(
  x: Tensor3D,
  o: { norm: NormWeights; qkv: LinearWeights; out: LinearWeights; heads: number },
): Tensor3D {
  const { norm, qkv, out, heads } = o;
  if (!hasKernel(fusedKernels.normedLinear)) {
    return tf.tidy(() => {
      const normal = layerNorm(x, norm.weight, norm.bias, { epsilon: EPSILON });
      const projected = linear(normal, qkv.weight, qkv.bias) as Tensor3D; // [B, N, 3C]
      return linear(selfAttention(projected, { heads }), out.weight, out.bias, { residual: x }) as Tensor3D;
    });
  }
  return differentiable({
    inputs: [x, norm.weight, norm.bias, qkv.weight, qkv.bias, out.weight, out.bias],
    forward: () => {
      const [projected, moments] = normedLinear(x, norm, qkv);
      const [attended, logSumExp] = runOwnKernel(fusedKernels.selfAttention, { qkv: projected }, { heads });
      const [y] = runOwnKernel(fusedKernels.linear, { x: attended, ...out, residual: x }, { activation: 'linear' });
      return [y, projected, moments, attended, logSumExp] as Tensor[];
    },
    save: ([, projected, moments, attended, logSumExp]) => ({ x, projected, moments, attended, logSumExp }),
    backward: (dy, saved) => {
      const { projected, attended, logSumExp } = saved;
      const inputs = { dy, x: attended, ...out };
      const [dattended, ...dout] = runOwnKernel(fusedKernels.linearGrad, inputs, { activation: 'linear' });
      const [dprojected] = runOwnKernel(
        fusedKernels.selfAttentionGrad,
        { dy: dattended, qkv: projected, y: attended, logSumExp },
        { heads },
      );
      dattended?.dispose();
      return [...normedLinearGrad(dprojected as Tensor, { ...saved, norm, next: qkv, residual: dy }), ...dout];
    },
  }) as Tensor3D;
}

/**
 * The second half: x + second(activation(first(LN(x)))).
 *
 * @param x [B, N, C]
 * @param o first: [C, width]; second: [width, C]
 */
export function feedForwardBlock(
  x: Tensor3D,
  o: { norm: NormWeights; first: LinearWeights; activation: Activation; second: LinearWeights },
): Tensor3D {
  const { norm, first, activation, second } = o;
  if (!hasKernel(fusedKernels.normedLinear)) {
    return tf.tidy(() => {
      const normal = layerNorm(x, norm.weight, norm.bias, { epsilon: EPSILON });
      const hidden = linear(normal, first.weight, first.bias); // [B, N, width]
      return linear(hidden, second.weight, second.bias, { activation, residual: x }) as Tensor3D;
    });
  }
  return differentiable({
    inputs: [x, norm.weight, norm.bias, first.weight, first.bias, second.weight, second.bias],
    forward: () => {
      const [hidden, moments] = normedLinear(x, norm, first);
      const [y] = runOwnKernel(fusedKernels.linear, { x: hidden, ...second, residual: x }, { activation });
      return [y, hidden, moments] as Tensor[];
    },
    save: ([, hidden, moments]) => ({ x, hidden, moments }),
    backward: (dy, saved) => {
      const [dhidden, ...dsecond] = runOwnKernel(
        fusedKernels.linearGrad,
        { dy, x: saved.hidden, ...second },
        { activation },
      );
      return [...normedLinearGrad(dhidden as Tensor, { ...saved, norm, next: first, residual: dy }), ...dsecond];
    },
  }) as Tensor3D;
}

function normedLinear(x: Tensor, norm: NormWeights, next: LinearWeights): Tensor[] {
  const inputs = { x, scale: norm.weight, shift: norm.bias, ...next };
  return runOwnKernel(fusedKernels.normedLinear, inputs, { epsilon: EPSILON });
}

/** [dx, dscale, dshift, dweight, dbias] of what `normedLinear` gave, and of a residual beside it; disposes dy. */
function normedLinearGrad(
  dy: Tensor,
  o: { x: Tensor; moments: Tensor | undefined; norm: NormWeights; next: LinearWeights; residual: Tensor },
): Tensor[] {
  const { x, moments, norm, next, residual } = o;
  const inputs = { dy, x, scale: norm.weight, shift: norm.bias, ...next, moments, residual };
  const gradients = runOwnKernel(fusedKernels.normedLinearGrad, inputs, { epsilon: EPSILON });
  dy.dispose();
  return gradients;
}
