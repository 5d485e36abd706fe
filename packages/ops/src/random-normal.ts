import type { Rank, ShapeMap, Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { OpsError } from './errors';
import { RandomNormal, type RandomNormalAttrs } from './kernels';
import { normalsInto, STREAMS } from './philox';
import { type Kernel, runKernel } from './run-kernel';

const kernel: Kernel<Record<string, never>, RandomNormalAttrs> = {
  name: RandomNormal,
  reference: (_, { shape, seed, stream, step, indices }) => {
    const values = new Float32Array(tf.util.sizeFromShape([...shape]));
    const imageSize = values.length / Math.max(1, indices.length);
    indices.forEach((index, i) => {
      normalsInto(values.subarray(i * imageSize, (i + 1) * imageSize), { seed, stream, step, index });
    });
    return [tf.tensor(values, [...shape])];
  },
};

/**
 * Standard normal noise by Philox4x32-10 (Salmon et al. 2011) and Box–Muller. Image `i` of the batch is a pure function
 * of (seed, stream, step, indices[i]): the same whatever batch it is in, on every backend.
 *
 * @param shape [B, ...rest]
 * @param options seed: a safe integer, 0 or more; stream: one of `STREAMS`, default `initialNoise`; step: of training or
 *   sampling; indices: B numbers of images.
 * @throws DenoiserError if there are not B indices, or a number is out of range.
 */
export function randomNormal<R extends Rank = Rank>(
  shape: ShapeMap[R],
  options: { seed: number; stream?: number; step: number; indices: ArrayLike<number> },
): Tensor<R> {
  const { seed, stream = STREAMS.initialNoise, step } = options;
  const indices = Array.from(options.indices);
  if (shape[0] !== indices.length) {
    throw new OpsError(
      'shape-invalid',
      `randomNormal of shape [${shape}] needs ${shape[0] ?? 'at least one dimension and as many'} indices, but got ${indices.length}.`,
    );
  }
  const [noise] = runKernel(kernel, {}, { shape: [...shape], seed, stream, step, indices });
  return noise as Tensor<R>;
}
