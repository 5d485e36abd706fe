import {
  type Activation,
  GroupNorm,
  GroupNormGrad,
  groupNorm,
  LayerNorm,
  LayerNormGrad,
  layerNorm,
} from '@denoiser/ops';
import * as tf from '@tensorflow/tfjs';
import type { KernelCase } from './case';
import { numbers, values } from './values';

/** Odd channel counts, more than one block of rows, one row, one channel, more columns than a workgroup has invocations. */
const rowShapes = [
  [5, 3],
  [1, 8],
  [2, 40, 6],
  [70, 5],
  [2, 3, 20, 64],
  [9, 1],
  [3, 1100],
  [2, 521],
];

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

type Group = {
  shape: [number, number, number, number];
  groups: number;
  activation: Activation;
  residual: boolean;
  far?: number;
};

const activations = ['linear', 'gelu', 'silu'] as const;
/** Two with all activations, the others with one each. */
const groupShapes: readonly (Pick<Group, 'shape' | 'groups'> & { all?: boolean })[] = [
  { shape: [1, 1, 1, 6], groups: 2 },
  { shape: [2, 5, 3, 3], groups: 1 },
  { shape: [1, 5, 7, 5], groups: 5 }, // one channel a group
  { shape: [2, 3, 5, 6], groups: 2, all: true },
  { shape: [1, 4, 4, 8], groups: 1, all: true },
  { shape: [2, 3, 4, 8], groups: 2 },
  { shape: [1, 3, 4, 64], groups: 32 },
  { shape: [2, 3, 3, 64], groups: 4 },
  { shape: [1, 2, 2, 1100], groups: 1 }, // more columns than a workgroup has invocations
];
/** Groups that several workgroups share, in channels one by one and four by four; the last block is not full. */
const sharedGroups: readonly Group[] = [
  { shape: [2, 67, 83, 3], groups: 1, activation: 'gelu', residual: true },
  { shape: [1, 80, 71, 6], groups: 2, activation: 'silu', residual: false },
  { shape: [1, 33, 32, 16], groups: 1, activation: 'gelu', residual: true },
  { shape: [2, 33, 32, 16], groups: 1, activation: 'gelu', residual: false },
  { shape: [1, 33, 32, 32], groups: 2, activation: 'linear', residual: true },
  { shape: [1, 33, 32, 16], groups: 1, activation: 'linear', residual: false, far: 50 },
];
const everything = activations.flatMap((activation) => [false, true].map((residual) => ({ activation, residual })));
const ownGroups: readonly Group[] = groupShapes.flatMap(({ shape, groups, all }, i) =>
  everything.filter((_, variant) => all || variant === i % everything.length).map((one) => ({ shape, groups, ...one })),
);
const groupNorms: KernelCase[] = [...ownGroups, ...sharedGroups].flatMap(
  ({ shape, groups, activation, residual, far = 0 }) => {
    const options = { groups, activation, epsilon: 1e-2 };
    const vector = (seed: number) => values(shape.slice(-1), seed) as tf.Tensor1D;
    const x = () => tf.add(values(shape, 3), far) as tf.Tensor4D;
    const rest = () => (residual ? [values(shape, 4) as tf.Tensor4D] : []);
    const name = `${groups} groups of [${shape}]${far ? ` around ${far}` : ''}, ${activation}${residual ? ', a residual' : ''}`;
    // Numbers around 50 have 3 digits less, and so has what is left of them.
    const tolerance = far ? 5e-5 : 1e-5;
    return [
      {
        name: `group normalization: ${name}`,
        kernels: [GroupNorm],
        tolerance,
        compute: () => groupNorm(x(), vector(1), vector(2), { ...options, residual: rest()[0] }),
      },
      {
        name: `the gradients of group normalization: ${name}`,
        kernels: [GroupNormGrad],
        tolerance,
        compute: () =>
          tf.grads((...inputs: tf.Tensor[]) => {
            const [x, scale, bias, residual] = inputs as [tf.Tensor4D, tf.Tensor1D, tf.Tensor1D, tf.Tensor4D?];
            return groupNorm(x, scale, bias, { ...options, residual });
          })([x(), vector(1), vector(2), ...rest()], values(shape, 5)),
      },
    ];
  },
);

const ofNothing = () => values([0, 4, 4, 6], 1) as tf.Tensor4D;
const vectors = () => [values([6], 1), values([6], 2)] as [tf.Tensor1D, tf.Tensor1D];
const edges: readonly KernelCase[] = [
  {
    name: 'the gradients of normalizing no images at all are 0',
    kernels: [GroupNormGrad, LayerNormGrad],
    compute: () => [
      ...tf.grads((x, s, b) => groupNorm(x as tf.Tensor4D, s as tf.Tensor1D, b as tf.Tensor1D, { groups: 2 }))([
        ofNothing(),
        ...vectors(),
      ]),
      ...tf.grads((x, s, b) => layerNorm(x, s as tf.Tensor1D, b as tf.Tensor1D))([ofNothing(), ...vectors()]),
    ],
  },
  {
    name: 'NaN and infinity stay in their group and row',
    kernels: [GroupNorm, LayerNorm],
    compute: () => {
      const data = numbers(2 * 4 * 4 * 6, 1);
      data[40] = Number.NaN;
      data[150] = Number.POSITIVE_INFINITY;
      const x = tf.tensor4d(data, [2, 4, 4, 6]);
      return [groupNorm(x, ...vectors(), { groups: 2 }), layerNorm(x, ...vectors())];
    },
  },
];

export const normCases: readonly KernelCase[] = [...layerNorms, ...groupNorms, ...edges];
