import { LayerNorm, LayerNormGrad, layerNorm } from '@denoiser/ops';
import * as tf from '@tensorflow/tfjs';
import type { KernelCase } from './case';
import { values } from './values';

/** Odd channel counts, more than one block of rows, one row, one channel, more columns than a workgroup has invocations. */
const rowShapes = [[5, 3], [1, 8], [2, 40, 6], [70, 5], [2, 3, 20, 64], [9, 1], [3, 1100], [2, 521]];

const layerNorms: KernelCase[] = rowShapes.flatMap((shape) => {
  const vector = (seed: number) => values(shape.slice(-1), seed) as tf.Tensor1D;
  const epsilon = 1e-2; // so that a row of one or few numbers that are alike doesn't magnify rounding
  return [
    {
      name: `layer normalization of [${shape}]`,
      kernels: [LayerNorm],
      compute: () => layerNorm(values(shape, 3), vector(1), vector(2), { epsilon }),
    },
    {
      name: `the gradients of layer normalization of [${shape}]`,
      kernels: [LayerNormGrad],
      compute: () =>
        tf.grads((x, s, b) => layerNorm(x, s as tf.Tensor1D, b as tf.Tensor1D, { epsilon }))(
          [values(shape, 3), vector(1), vector(2)],
          values(shape, 4),
        ),
    },
  ];
});

export const normCases: readonly KernelCase[] = layerNorms;
