import type { Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { type Conv2DAttrs, fusedKernels } from './fused-kernels';
import { differentiable, hasKernel, runOwnKernel } from './run-kernel';

/**
 * Two-dimensional convolution (cross-correlation, as in every network library) with zeros around the image, and what is added to it.
 *
 * It stays tfjs's own Conv2D kernel, its gradient too, unless the backend has one that gives all of it. tfjs backends disagree about
 * numeric padding, so it is 'same' where that means the same, and a pass of its own otherwise; a backend with our kernels is told it.
 *
 * @param x [B, H, W, in]
 * @param filter [kh, kw, in, out]
 * @param options stride: 1 or 2, default 1; padding: rows and columns of zeros, on each side or before and after, default 0;
 *   bias: [out]; shift: [B, out], each image's own; residual: of the result's shape; groups: in how many groups a group norm takes the
 *   result next, a hint that changes no number.
 * @returns [B, ⌊(H + before + after − kh)/stride⌋ + 1, …, out]
 */
export function conv2d(
  x: Tensor4D,
  filter: Tensor4D,
  options: Added & {
    stride?: 1 | 2;
    padding?: number | readonly [before: number, after: number];
    groups?: number;
  } = {},
): Tensor4D {
  const { stride = 1, padding = 0, groups, ...added } = options;
  const sides = typeof padding === 'number' ? ([padding, padding] as const) : padding;
  const same = [0, 1].every((axis) => isSame(x.shape[axis + 1] as number, filter.shape[axis] as number, stride, sides));
  return tf.tidy(() => {
    const [before, after] = sides;
    const around: [number, number] = [before, after];
    const zeros: tf.backend_util.ExplicitPadding = [[0, 0], around, around, [0, 0]];
    const isPadded = !same && (before !== 0 || after !== 0);
    const pad = same ? 'same' : 'valid';
    if (hasKernel(fusedKernels.conv2DGrad)) {
      const attrs = { strides: stride, pad: isPadded ? zeros : pad, ...(groups !== undefined && { groups }) } as const;
      return withOwnGradient(x, filter, added, attrs);
    }
    const padded = isPadded ? tf.pad(x, zeros) : x;
    const { bias, shift, residual } = added;
    const vectors = shift && tf.reshape(bias ? tf.add(shift, bias) : shift, [-1, 1, 1, filter.shape[3]]); // both in one pass
    const y = tf.conv2d(padded, filter, stride, pad);
    const vector = vectors ?? bias;
    const shifted: Tensor4D = vector ? tf.add(y, vector) : y;
    return residual ? tf.add(shifted, residual) : shifted;
  });
}

/** What is added to a convolution. */
type Added = { readonly bias?: Tensor1D; readonly shift?: Tensor2D; readonly residual?: Tensor4D };

function withOwnGradient(x: Tensor4D, filter: Tensor4D, added: Added, attrs: Conv2DAttrs): Tensor4D {
  const { bias, shift, residual } = added;
  const tfjsAttrs = { ...attrs, dataFormat: 'NHWC', dilations: 1, activation: 'linear' };
  const name = shift || residual ? fusedKernels.conv2D : bias ? 'FusedConv2D' : 'Conv2D';
  return differentiable({
    inputs: [x, filter, bias, shift, residual],
    forward: () => runOwnKernel(name, { x, filter, bias, shift, residual }, tfjsAttrs),
    save: () => ({ x, filter, bias }),
    backward: (dy, saved) => {
      const gradients = runOwnKernel(fusedKernels.conv2DGrad, { dy, ...saved }, attrs);
      // Of one image, what is added to its channels has the gradient of the bias.
      const dbias = gradients[2];
      const dshift = () => (dbias && shift?.shape[0] === 1 ? tf.reshape(dbias, shift.shape) : tf.sum(dy, [1, 2]));
      return [...gradients, ...(shift ? [dshift()] : []), ...(residual ? [tf.clone(dy)] : [])];
    },
  }) as Tensor4D;
}

/** Tells whether 'same' puts these zeros around an axis: as many as a size divided by the stride, rounded up, needs. */
function isSame(size: number, kernel: number, stride: number, [before, after]: readonly [number, number]): boolean {
  const needed = Math.max(0, (Math.ceil(size / stride) - 1) * stride + kernel - size);
  return before === Math.floor(needed / 2) && after === needed - before;
}
