import type { Tensor1D, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { type Conv2DAttrs, fusedKernels } from './fused-kernels';
import { differentiable, hasKernel, runOwnKernel } from './run-kernel';

/**
 * Two-dimensional convolution (cross-correlation, as in every network library) with zeros around the image.
 *
 * It stays tfjs's own Conv2D kernel, its gradient too, unless the backend has one that gives all of it. tfjs backends disagree about numeric padding, so it is 'same' where that means the
 * same, and an explicit pad otherwise.
 *
 * @param x [B, H, W, in]
 * @param filter [kh, kw, in, out]
 * @param options stride: 1 or 2, default 1; padding: rows and columns of zeros, on each side or before and after, default 0;
 *   bias: [out]; groups: in how many groups a group norm takes the result next, a hint that changes no number.
 * @returns [B, ⌊(H + before + after − kh)/stride⌋ + 1, …, out]
 */
export function conv2d(
  x: Tensor4D,
  filter: Tensor4D,
  options: {
    stride?: 1 | 2;
    padding?: number | readonly [before: number, after: number];
    bias?: Tensor1D;
    groups?: number;
  } = {},
): Tensor4D {
  const { stride = 1, padding = 0, bias, groups } = options;
  const sides = typeof padding === 'number' ? ([padding, padding] as const) : padding;
  const same = [0, 1].every((axis) => isSame(x.shape[axis + 1] as number, filter.shape[axis] as number, stride, sides));
  return tf.tidy(() => {
    const [before, after] = sides;
    const around: [number, number] = [before, after];
    const padded = same || (before === 0 && after === 0) ? x : tf.pad(x, [[0, 0], around, around, [0, 0]]);
    const attrs: Conv2DAttrs = {
      strides: stride,
      pad: same ? 'same' : 'valid',
      ...(groups !== undefined && { groups }),
    };
    if (hasKernel(fusedKernels.conv2DGrad)) return withOwnGradient(padded, filter, bias, attrs);
    const y = tf.conv2d(padded, filter, stride, attrs.pad);
    return bias ? tf.add(y, bias) : y;
  });
}

function withOwnGradient(x: Tensor4D, filter: Tensor4D, bias: Tensor1D | undefined, attrs: Conv2DAttrs): Tensor4D {
  const forward = { ...attrs, dataFormat: 'NHWC', dilations: 1, activation: 'linear' };
  return differentiable({
    inputs: [x, filter, bias],
    forward: () => runOwnKernel(bias ? 'FusedConv2D' : 'Conv2D', { x, filter, bias }, forward),
    save: () => ({ x, filter, bias }),
    backward: (dy, saved) => runOwnKernel(fusedKernels.conv2DGrad, { dy, ...saved }, attrs),
  }) as Tensor4D;
}

/** Tells whether 'same' puts these zeros around an axis: as many as a size divided by the stride, rounded up, needs. */
function isSame(size: number, kernel: number, stride: number, [before, after]: readonly [number, number]): boolean {
  const needed = Math.max(0, (Math.ceil(size / stride) - 1) * stride + kernel - size);
  return before === Math.floor(needed / 2) && after === needed - before;
}
