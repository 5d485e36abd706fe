import { Embedding, EmbeddingGrad, embedding } from '@denoiser/ops';
import * as tf from '@tensorflow/tfjs';
import type { KernelCase } from './case';
import { values } from './values';

const sizes = [
  { rows: 1, channels: 1, indices: [0] },
  { rows: 4, channels: 3, indices: [3, -1, 0, 3, 3] },
  { rows: 10, channels: 16, indices: [-1, -1] },
];

export const embeddingCases: readonly KernelCase[] = sizes.flatMap(({ rows, channels, indices }) => {
  const look = (table: tf.Tensor) => embedding(table as tf.Tensor2D, tf.tensor1d(indices, 'int32'));
  return [
    {
      name: `embedding of rows ${indices} of [${rows},${channels}]`,
      kernels: [Embedding],
      compute: () => look(values([rows, channels], 1)),
    },
    {
      name: `the gradient of embedding of rows ${indices} of [${rows},${channels}]`,
      kernels: [EmbeddingGrad],
      compute: () => tf.grad(look)(values([rows, channels], 1), values([indices.length, channels], 2)),
    },
  ];
});
