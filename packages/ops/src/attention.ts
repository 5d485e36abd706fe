import type { Tensor, Tensor3D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { OpsError } from './errors';
import { fusedKernels } from './fused-kernels';
import {
  Attention,
  type AttentionAttrs,
  AttentionGrad,
  type AttentionGradInputs,
  type AttentionInputs,
} from './kernels';
import { differentiable, hasKernel, type Kernel, runKernel, runOwnKernel } from './run-kernel';

const kernel: Kernel<AttentionInputs, AttentionAttrs> = {
  name: Attention,
  reference: ({ q, k, v }, { heads }) => {
    const scores = scaledScores(q, k, heads); // [B·heads, N, M]
    const largest = tf.max(scores, -1, true);
    const exponentials = tf.exp(tf.sub(scores, largest));
    const sums = tf.sum(exponentials, -1, true); // [B·heads, N, 1]
    const y = joinHeads(tf.div(tf.matMul(exponentials, splitHeads(v, heads)), sums), heads);
    const logSumExp = tf.reshape(tf.add(largest, tf.log(sums)), [q.shape[0], heads, q.shape[1]] as number[]);
    return [y, logSumExp];
  },
};

const gradKernel: Kernel<AttentionGradInputs, AttentionAttrs> = {
  name: AttentionGrad,
  reference: ({ dy, q, k, v, y, logSumExp }, { heads }) => {
    const [batch, rows, channels] = q.shape;
    const perRow = [batch * heads, rows, 1];
    const probabilities = tf.exp(tf.sub(scaledScores(q, k, heads), tf.reshape(logSumExp, perRow))); // [B·heads, N, M]
    const dyHeads = splitHeads(dy, heads);
    const dv = tf.matMul(probabilities, dyHeads, true, false);
    const dProbabilities = tf.matMul(dyHeads, splitHeads(v, heads), false, true);
    const overlap = tf.sum(tf.mul(dyHeads, splitHeads(y, heads)), -1, true); // [B·heads, N, 1]
    const scale = Math.sqrt(heads / channels);
    const dScores = tf.mul(tf.mul(probabilities, tf.sub(dProbabilities, overlap)), scale);
    const dq = tf.matMul(dScores, splitHeads(k, heads));
    const dk = tf.matMul(dScores, splitHeads(q, heads), true, false);
    return [joinHeads(dq, heads), joinHeads(dk, heads), joinHeads(dv, heads)];
  },
};

/**
 * Multi-head scaled dot-product attention (Vaswani et al. 2017, arXiv:1706.03762, eq. 1), without projections:
 * softmax(q·kᵀ / √(C/heads))·v for each head, a head being C/heads neighbouring channels. The gradient recomputes the
 * probabilities from the saved logarithms of their sums (Dao et al. 2022, arXiv:2205.14135), so that no N×M matrix is
 * kept between forward and backward.
 *
 * @param q [B, N, C]
 * @param k [B, M, C]
 * @param v [B, M, C]
 * @returns [B, N, C]
 * @throws DenoiserError if the heads don't divide the channels.
 */
export function attention(q: Tensor3D, k: Tensor3D, v: Tensor3D, options: { heads: number }): Tensor3D {
  const { heads } = options;
  checkHeads(q.shape[2], heads);
  return differentiable({
    inputs: [q, k, v],
    forward: () => runKernel(kernel, { q, k, v }, { heads }),
    save: ([y, logSumExp]) => ({ q, k, v, y, logSumExp }),
    backward: (dy, saved) => runKernel(gradKernel, { dy, ...saved }, { heads }),
  }) as Tensor3D;
}

/**
 * Attention of rows to one another, q, k and v of which one product gave. A backend that has a kernel for it reads them where they are.
 *
 * @param qkv [B, N, 3C]: q, k and v of each row
 * @returns [B, N, C]
 * @throws DenoiserError if the heads don't divide the channels.
 */
export function selfAttention(qkv: Tensor3D, options: { heads: number }): Tensor3D {
  const { heads } = options;
  if (!hasKernel(fusedKernels.selfAttention)) {
    return tf.tidy(() => {
      const [q, k, v] = tf.split(qkv, 3, 2) as [Tensor3D, Tensor3D, Tensor3D]; // [B, N, C] each
      return attention(q, k, v, options);
    });
  }
  checkHeads(qkv.shape[2] / 3, heads);
  return differentiable({
    inputs: [qkv],
    forward: () => runOwnKernel(fusedKernels.selfAttention, { qkv }, { heads }),
    save: ([y, logSumExp]) => ({ qkv, y, logSumExp }),
    backward: (dy, saved) => runOwnKernel(fusedKernels.selfAttentionGrad, { dy, ...saved }, { heads }),
  }) as Tensor3D;
}

function checkHeads(channels: number, heads: number): void {
  if (Number.isInteger(heads) && heads > 0 && channels % heads === 0) return;
  throw new OpsError('shape-invalid', `attention can't split ${channels} channels into ${heads} heads.`);
}

/** [B, N, C] → [B·heads, N, C/heads] */
function splitHeads(x: Tensor, heads: number): Tensor3D {
  const [batch, rows, channels] = x.shape;
  const parts = tf.transpose(tf.reshape(x, [batch, rows, heads, channels / heads]), [0, 2, 1, 3]);
  return tf.reshape(parts, [batch * heads, rows, channels / heads]);
}

/** [B·heads, N, C/heads] → [B, N, C] */
function joinHeads(x: Tensor, heads: number): Tensor3D {
  const [slices, rows, width] = x.shape;
  const parts = tf.transpose(tf.reshape(x, [slices / heads, heads, rows, width]), [0, 2, 1, 3]);
  return tf.reshape(parts, [slices / heads, rows, heads * width]);
}

function scaledScores(q: Tensor, k: Tensor, heads: number): Tensor3D {
  const scale = Math.sqrt(heads / (q.shape[2] as number));
  return tf.matMul(splitHeads(tf.mul(q, scale), heads), splitHeads(k, heads), false, true);
}
