import { Gelu, GeluGrad, gelu, Silu, SiluGrad, silu } from '@denoiser/ops';
import * as tf from '@tensorflow/tfjs';
import type { KernelCase } from './case';
import { values } from './values';

const shapes = [[1], [3, 5], [2, 7, 9, 5]];

export const activationCases: readonly KernelCase[] = shapes.flatMap((shape) => [
  { name: `gelu of [${shape}]`, kernels: [Gelu], compute: () => gelu(tf.mul(values(shape, 1), 3)) },
  { name: `silu of [${shape}]`, kernels: [Silu], compute: () => silu(tf.mul(values(shape, 2), 3)) },
  {
    name: `the gradients of gelu and silu of [${shape}]`,
    kernels: [GeluGrad, SiluGrad],
    compute: () => [
      tf.grad((x) => gelu(x))(tf.mul(values(shape, 1), 3), values(shape, 3)),
      tf.grad((x) => silu(x))(tf.mul(values(shape, 2), 3), values(shape, 4)),
    ],
  },
]);
