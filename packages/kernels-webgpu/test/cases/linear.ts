import { Linear, LinearGrad, linear } from '@denoiser/ops';
import * as tf from '@tensorflow/tfjs';
import type { KernelCase } from './case';
import { values } from './values';

/** x [..., in], out. */
const sizes: readonly [x: number[], outputs: number][] = [
  [[1, 1], 1],
  [[1, 256], 96],
  [[5, 7], 3],
  [[2, 9, 8], 12],
  [[2, 3, 3, 64], 64],
  [[600, 7], 9],
  [[3, 400, 8], 20],
];

export const linearCases: readonly KernelCase[] = sizes.flatMap(([shape, outputs]) => {
  const inputs = shape.at(-1) as number;
  const tensors = () => [values(shape, 1), values([inputs, outputs], 2), values([outputs], 3)] as const;
  const dy = () => values([...shape.slice(0, -1), outputs], 4);
  return [
    {
      name: `[${shape}] to ${outputs}, with and without bias`,
      kernels: [Linear],
      compute: () => {
        const [x, weight, bias] = tensors();
        return [linear(x, weight as tf.Tensor2D, bias as tf.Tensor1D), linear(x, weight as tf.Tensor2D)];
      },
    },
    {
      name: `the gradients of [${shape}] to ${outputs}`,
      kernels: [LinearGrad],
      compute: () => {
        const [x, weight, bias] = tensors();
        const withBias = (...t: tf.Tensor[]) => linear(t[0] as tf.Tensor, t[1] as tf.Tensor2D, t[2] as tf.Tensor1D);
        return [
          ...tf.grads(withBias)([x, weight, bias], dy()),
          ...tf.grads((...t: tf.Tensor[]) => linear(t[0] as tf.Tensor, t[1] as tf.Tensor2D))([x, weight], dy()),
        ];
      },
    },
  ];
});
