import { Attention, AttentionGrad, attention } from '@denoiser/ops';
import * as tf from '@tensorflow/tfjs';
import type { KernelCase } from './case';
import { numbers, values } from './values';

type Sizes = { batch: number; n: number; m: number; channels: number; heads: number; size?: number };

const sizes: readonly Sizes[] = [
  { batch: 1, n: 1, m: 1, channels: 1, heads: 1 },
  { batch: 2, n: 5, m: 5, channels: 6, heads: 2 }, // width 3
  { batch: 2, n: 9, m: 3, channels: 5, heads: 1 }, // width 5
  { batch: 1, n: 3, m: 70, channels: 16, heads: 4 }, // more keys than a tile
  { batch: 1, n: 150, m: 17, channels: 8, heads: 2 }, // more queries than a workgroup
  { batch: 2, n: 70, m: 66, channels: 32, heads: 2 }, // width 16
  { batch: 1, n: 40, m: 40, channels: 64, heads: 2 }, // width 32
  { batch: 2, n: 7, m: 35, channels: 64, heads: 1 }, // a team of two
  { batch: 1, n: 6, m: 7, channels: 41, heads: 1 }, // the last part and the last slice are not full
  { batch: 1, n: 5, m: 6, channels: 264, heads: 1 }, // a team as large as they get
  { batch: 1, n: 20, m: 21, channels: 8, heads: 2, size: 40 }, // scores of ±1000s
];

const ofSizes: readonly KernelCase[] = sizes.flatMap(({ batch, n, m, channels, heads, size = 1 }) => {
  const inputs = () => [
    tf.mul(values([batch, n, channels], 1), size),
    tf.mul(values([batch, m, channels], 2), size),
    values([batch, m, channels], 3),
  ];
  const run = (...[q, k, v]: tf.Tensor[]) => attention(q as tf.Tensor3D, k as tf.Tensor3D, v as tf.Tensor3D, { heads });
  const name = `of [${[batch, n, channels]}] to ${m} keys, ${heads} heads${size > 1 ? ', large scores' : ''}`;
  // A score of 2000 has an error of 1e-4, and so has its exponential.
  const tolerance = size > 1 ? 2e-3 : 1e-5;
  return [
    {
      name: `attention ${name}`,
      kernels: [Attention],
      tolerance,
      compute: () => {
        const [q, k, v] = inputs() as [tf.Tensor, tf.Tensor, tf.Tensor];
        run(q, k, v).dispose(); // registers the reference
        return tf.engine().runKernel(Attention, { q, k, v }, { heads }) as unknown as tf.Tensor[];
      },
    },
    {
      name: `the gradients of attention ${name}`,
      kernels: [AttentionGrad],
      tolerance,
      compute: () => tf.grads(run)(inputs(), values([batch, n, channels], 4)),
    },
  ];
});

/** Keys of [2, 9, 4] with NaN in channel 1 of key 3 of the first image: head 0 is lost, head 1 is not. */
const attentionToNaN: KernelCase = {
  name: 'NaN in a key reaches what attends to it, and nothing else',
  kernels: [Attention],
  compute: () => {
    const [q, v] = [values([2, 5, 4], 1), values([2, 9, 4], 3)] as [tf.Tensor3D, tf.Tensor3D];
    const keys = numbers(2 * 9 * 4, 2);
    keys[13] = Number.NaN;
    return attention(q, tf.tensor3d(keys, [2, 9, 4]), v, { heads: 2 });
  },
};

export const attentionCases: readonly KernelCase[] = [...ofSizes, attentionToNaN];
