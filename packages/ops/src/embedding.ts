import type { Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import {
  Embedding,
  EmbeddingGrad,
  type EmbeddingGradAttrs,
  type EmbeddingGradInputs,
  type EmbeddingInputs,
} from './kernels';
import { differentiable, type Kernel, runKernel } from './run-kernel';

const kernel: Kernel<EmbeddingInputs, Record<string, never>> = {
  name: Embedding,
  reference: ({ table, indices }) => {
    const present = tf.cast(tf.greaterEqual(indices, 0), 'float32');
    const rows = tf.gather(table, tf.maximum(indices, tf.scalar(0, 'int32')) as Tensor1D);
    return [tf.mul(rows, tf.expandDims(present, 1))];
  },
};

const gradKernel: Kernel<EmbeddingGradInputs, EmbeddingGradAttrs> = {
  name: EmbeddingGrad,
  reference: ({ dy, indices }, { rows }) => {
    const numbers = tf.range(0, rows, 1, 'int32');
    const chosen = tf.cast(tf.equal(tf.expandDims(indices, 1), numbers), 'float32') as Tensor2D; // [N, R], −1: zeros
    return [tf.matMul(chosen, dy as Tensor2D, true, false)];
  },
};

/**
 * Rows of a table by number; index −1 ("none") gives zeros and has no gradient.
 *
 * @param table [R, C]
 * @param indices [N], int32, each from −1 to R − 1
 * @returns [N, C]
 */
export function embedding(table: Tensor2D, indices: Tensor1D): Tensor2D {
  const rows = table.shape[0];
  return differentiable({
    inputs: [table],
    forward: () => runKernel(kernel, { table, indices }, {}),
    save: () => ({ indices }) as { indices: Tensor },
    backward: (dy, saved) => runKernel(gradKernel, { dy, indices: saved.indices }, { rows }),
  }) as Tensor2D;
}
