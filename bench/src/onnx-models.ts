import { exportOnnx } from '@denoiser/onnx';
import { conv2d } from '@denoiser/ops';
import * as tf from '@tensorflow/tfjs-core';

/** Single operations for onnxruntime: what is measured here, exported as networks are. */

type Compute = (x: tf.Tensor4D) => tf.Tensor;

/** One operation as a network, of [B, ...imageShape]. */
function operationOnnx(imageShape: [number, number, number], compute: Compute): Promise<Uint8Array> {
  const denoiser = () => (x: tf.Tensor4D) => tf.tidy(() => compute(x)) as tf.Tensor4D;
  return exportOnnx({ parameters: new Map(), denoiser }, { imageShape });
}

/** a·b with b a constant, as in a network. Each row of a is an image [1, 1, inner]. */
export function matmulOnnx({ inner, columns }: { inner: number; columns: number }): Promise<Uint8Array> {
  const b = noise([inner, columns]) as tf.Tensor2D;
  return operationOnnx([1, 1, inner], (a) =>
    tf.reshape(tf.matMul(tf.reshape(a, [-1, inner]) as tf.Tensor2D, b), [-1, 1, 1, columns]),
  );
}

/** A 3×3 convolution of stride 1 between equal numbers of channels. */
export function convolutionOnnx({ channels, side }: { channels: number; side: number }): Promise<Uint8Array> {
  const filter = noise([3, 3, channels, channels]) as tf.Tensor4D;
  return operationOnnx([side, side, channels], (x) => conv2d(x, filter, { padding: 1 }));
}

const noise = (shape: number[]) => tf.randomUniform(shape, -0.5, 0.5);
