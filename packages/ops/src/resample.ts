import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { OpsError } from './errors';
import { fusedKernels } from './fused-kernels';
import {
  MaxPool2x,
  MaxPool2xGrad,
  type UnaryGradInputs,
  type UnaryInputs,
  Upsample2x,
  type Upsample2xAttrs,
  Upsample2xGrad,
  type Upsample2xGradInputs,
} from './kernels';
import { differentiable, hasKernel, type Kernel, runKernel, runOwnKernel } from './run-kernel';

type NoAttrs = Record<string, never>;

const poolKernel: Kernel<UnaryInputs, NoAttrs> = {
  name: MaxPool2x,
  reference: ({ x }) => [tf.maxPool(x as Tensor4D, 2, 2, 'valid')],
};

const poolGradKernel: Kernel<UnaryGradInputs, NoAttrs> = {
  name: MaxPool2xGrad,
  reference: ({ dy, x }) => {
    const quarters = quarterViews(x as Tensor4D);
    const largest = quarters.reduce((a, b) => tf.maximum(a, b));
    let left = dy;
    const gradients = quarters.map((quarter) => {
      const taken = tf.mul(left, tf.cast(tf.equal(quarter, largest), 'float32'));
      left = tf.sub(left, taken);
      return taken;
    });
    const [b, h, w, c] = dy.shape;
    const rows = [tf.stack([gradients[0], gradients[1]], 3), tf.stack([gradients[2], gradients[3]], 3)];
    const blocks = tf.reshape(tf.stack(rows, 2), [b, 2 * h, 2 * w, c]);
    const [, height, width] = x.shape;
    return [
      tf.pad(blocks as Tensor4D, [
        [0, 0],
        [0, height - 2 * h],
        [0, width - 2 * w],
        [0, 0],
      ]),
    ];
  },
};

const upsampleKernel: Kernel<UnaryInputs, Upsample2xAttrs> = {
  name: Upsample2x,
  reference: ({ x }, { method }) => {
    const [, h, w] = x.shape;
    if (method === 'bilinear') return [tf.image.resizeBilinear(x as Tensor4D, [2 * h, 2 * w], true)];
    return [doubleNearest(x as Tensor4D)];
  },
};

const upsampleGradKernel: Kernel<Upsample2xGradInputs, Upsample2xAttrs> = {
  name: Upsample2xGrad,
  reference: ({ dy }, { method }) => {
    const [b, height, width, c] = dy.shape;
    const [h, w] = [height / 2, width / 2];
    if (method === 'nearest') {
      return [tf.sum(tf.reshape(dy, [b, h, 2, w, 2, c]), [2, 4])];
    }
    const alongRows = tf.matMul(
      tf.tile(tf.reshape(interpolation(h), [1, h, height]), [b, 1, 1]),
      tf.reshape(dy, [b, height, width * c]),
    ); // [B, H, 2W·C]
    const columns = tf.tile(tf.reshape(interpolation(w), [1, w, width]), [b * h, 1, 1]);
    return [tf.reshape(tf.matMul(columns, tf.reshape(alongRows, [b * h, width, c])), [b, h, w, c])];
  },
};

/** Max pooling over 2×2 blocks. The gradient goes to the first of equal values. x [B, H, W, C] → [B, ⌊H/2⌋, ⌊W/2⌋, C]. */
export function maxPool2x(x: Tensor4D): Tensor4D {
  return differentiable({
    inputs: [x],
    forward: () => runKernel(poolKernel, { x }, {}),
    save: () => ({ x }),
    backward: (dy, saved) => runKernel(poolGradKernel, { dy, x: saved.x }, {}),
  }) as Tensor4D;
}

/**
 * Twice the height and width. 'bilinear' aligns the corners of both images (PyTorch's `align_corners=True`); 'nearest'
 * repeats each pixel. x [B, H, W, C] → [B, 2H, 2W, C].
 */
export function upsample2x(x: Tensor4D, options: { method: 'bilinear' | 'nearest' }): Tensor4D {
  const attrs = { method: options.method };
  return differentiable({
    inputs: [x],
    forward: () => runKernel(upsampleKernel, { x }, attrs),
    save: () => ({}),
    backward: (dy) => runKernel(upsampleGradKernel, { dy }, attrs),
  }) as Tensor4D;
}

/**
 * An image beside another that is made twice as large, as on the way up of a U-Net: the channels of `skip`, then those of
 * `upsample2x(x)`. skip [B, 2H, 2W, K], x [B, H, W, C] → [B, 2H, 2W, K + C].
 */
export function upsampleBeside(skip: Tensor4D, x: Tensor4D, options: { method: 'bilinear' | 'nearest' }): Tensor4D {
  if (!hasKernel(fusedKernels.upsampleBeside)) return tf.tidy(() => tf.concat([skip, upsample2x(x, options)], 3));
  const attrs = { method: options.method };
  const beside = skip.shape[3];
  return differentiable({
    inputs: [skip, x],
    forward: () => runOwnKernel(fusedKernels.upsampleBeside, { skip, x }, attrs),
    save: () => ({}),
    backward: (dy) => runOwnKernel(fusedKernels.upsampleBesideGrad, { dy }, { ...attrs, beside }),
  }) as Tensor4D;
}

/**
 * The mean of each 2×2 block: a quarter of what the gradient of repeating pixels is, so that its kernels are that op's.
 * x [B, H, W, C], H and W even → [B, H/2, W/2, C].
 *
 * @throws DenoiserError if height or width is odd.
 */
export function averagePool2x(x: Tensor4D): Tensor4D {
  const [, height, width] = x.shape;
  if (height % 2 || width % 2) {
    throw new OpsError('shape-invalid', `averagePool2x can't halve ${height}×${width}; give images of even sides.`);
  }
  const attrs = { method: 'nearest' } as const;
  const quarterOf = (compute: () => Tensor[]) => tf.tidy(() => compute().map((sums) => tf.mul(sums, 0.25)));
  return differentiable({
    inputs: [x],
    forward: () => quarterOf(() => runKernel(upsampleGradKernel, { dy: x }, attrs)),
    save: () => ({}),
    backward: (dy) => quarterOf(() => runKernel(upsampleKernel, { x: dy }, attrs)),
  }) as Tensor4D;
}

/** The weights [size, 2·size] that each input row has in each output row, corners aligned. */
function interpolation(size: number): Tensor {
  const weights = new Float32Array(size * 2 * size);
  for (let out = 0; out < 2 * size; out++) {
    const position = (out * (size - 1)) / (2 * size - 1);
    const below = Math.min(Math.floor(position), size - 1);
    const above = Math.min(below + 1, size - 1);
    weights[below * 2 * size + out] += 1 - (position - below);
    weights[above * 2 * size + out] += position - below;
  }
  return tf.tensor2d(weights, [size, 2 * size]);
}

function doubleNearest(x: Tensor4D): Tensor {
  const [b, h, w, c] = x.shape;
  const columns = tf.reshape(tf.tile(tf.reshape(x, [b * h, w, 1, c]), [1, 1, 2, 1]), [b, h, 1, 2 * w * c]);
  return tf.reshape(tf.tile(columns, [1, 1, 2, 1]), [b, 2 * h, 2 * w, c]);
}

/** The four pixels of each 2×2 block, in reading order, as four images of half the size. */
function quarterViews(x: Tensor4D): Tensor[] {
  const [b, height, width, c] = x.shape;
  const [h, w] = [Math.floor(height / 2), Math.floor(width / 2)];
  const even = tf.slice(x, [0, 0, 0, 0], [b, 2 * h, 2 * w, c]);
  const blocks = tf.reshape(even, [b * h, 2, w, 2 * c]);
  return [0, 1].flatMap((row) =>
    [0, 1].map((column) => tf.reshape(tf.slice(blocks, [0, row, 0, column * c], [b * h, 1, w, c]), [b, h, w, c])),
  );
}
