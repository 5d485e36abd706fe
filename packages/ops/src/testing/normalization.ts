import * as tf from '@tensorflow/tfjs-core';
import { fusedKernels } from '../fused-kernels';
import { groupNorm, shiftedGroupNorm } from '../group-norm';
import { type Activation, GroupNorm, GroupNormGrad, LayerNorm, LayerNormGrad } from '../kernels';
import { layerNorm } from '../layer-norm';
import type { BatchShape } from '../shapes';
import {
  type ConformanceCase,
  differentiated,
  draw,
  type Expected,
  exactly,
  expectedOf,
  type Numbers,
  numbers,
} from './conformance-case';
import { activations } from './normal-distribution';
import { sizeOf } from './places';
import { add, divide, exact, inverseRoot, multiply, subtract, sum, type Tracked } from './tracked';

const EPSILON = 1e-2; // so that a group of few numbers that are alike doesn't magnify rounding

type Group = {
  shape: BatchShape;
  groups: number;
  activation: Activation;
  residual: boolean;
  /** Added to x. */
  far?: number;
  /** Whether each image has a scale and a bias of its own. */
  own?: boolean;
};
const groups: readonly Group[] = [
  { shape: [1, 1, 1, 6], groups: 2, activation: 'linear', residual: false },
  { shape: [2, 5, 3, 3], groups: 1, activation: 'gelu', residual: false },
  { shape: [1, 5, 7, 5], groups: 5, activation: 'silu', residual: true }, // one channel a group
  { shape: [1, 3, 4, 64], groups: 32, activation: 'linear', residual: true },
  { shape: [2, 3, 3, 64], groups: 4, activation: 'gelu', residual: true },
  { shape: [1, 2, 2, 1100], groups: 1, activation: 'silu', residual: false }, // more columns than a workgroup has invocations
  { shape: [1, 33, 32, 16], groups: 1, activation: 'gelu', residual: true }, // shared by several workgroups
  { shape: [1, 33, 32, 16], groups: 1, activation: 'linear', residual: false, far: 100 },
  { shape: [1, 33, 32, 16], groups: 1, activation: 'linear', residual: true },
  { shape: [1, 33, 32, 32], groups: 2, activation: 'silu', residual: false },
  { shape: [2, 67, 83, 3], groups: 1, activation: 'gelu', residual: true }, // the last share is not full
  { shape: [1, 4, 4, 8], groups: 1, activation: 'gelu', residual: true }, // one image in one workgroup
  { shape: [1, 4, 4, 8], groups: 1, activation: 'silu', residual: false },
  { shape: [1, 4, 4, 8], groups: 1, activation: 'linear', residual: true },
  { shape: [2, 3, 4, 8], groups: 2, activation: 'linear', residual: false },
  ...(['linear', 'gelu', 'silu'] as const).flatMap((activation) =>
    [false, true].map((residual) => ({ shape: [2, 3, 5, 6] as const, groups: 2, activation, residual })),
  ),
  // Groups of one channel, two, four and twelve, as diffusion networks have them.
  ...[32, 64, 128].map((c) => ({
    shape: [2, 6, 5, c] as const,
    groups: 32,
    activation: 'silu' as const,
    residual: false,
  })),
  { shape: [2, 3, 7, 24], groups: 2, activation: 'silu', residual: false },
  { shape: [1, 67, 64, 64], groups: 32, activation: 'linear', residual: false, far: 100 },
  { shape: [3, 4, 4, 8], groups: 2, activation: 'silu', residual: false, own: true },
  { shape: [2, 3, 5, 6], groups: 2, activation: 'linear', residual: false, own: true },
  { shape: [2, 3, 5, 6], groups: 3, activation: 'gelu', residual: true, own: true },
  { shape: [1, 5, 4, 64], groups: 32, activation: 'silu', residual: false, own: true },
  { shape: [2, 33, 32, 32], groups: 2, activation: 'silu', residual: false, own: true }, // several workgroups to a group
  { shape: [2, 33, 32, 16], groups: 1, activation: 'linear', residual: true, own: true },
];

function groupCase(one: Group): ConformanceCase {
  const { shape, groups, activation, residual, far = 0, own = false } = one;
  const op = (...[x, scale, bias, rest]: tf.Tensor[]) =>
    groupNorm(x as tf.Tensor4D, scale as tf.Tensor1D, bias as tf.Tensor1D, {
      groups,
      activation,
      epsilon: EPSILON,
      residual: rest as tf.Tensor4D | undefined,
    });
  const width = shape[3] / groups;
  const vectors = own ? [shape[0], shape[3]] : [shape[3]];
  return {
    family: 'normalization',
    name: `${groups} groups of [${shape}]${far ? ` around ${far}` : ''}, ${activation}${residual ? ', a residual' : ''}${own ? ', each image its own scale' : ''}, and its gradients`,
    kernels: [GroupNorm, GroupNormGrad],
    inputs: () => {
      const x = numbers(shape, 1);
      return [
        { shape, values: x.values.map((value) => value + far) },
        numbers(vectors, 2),
        numbers(vectors, 3),
        ...(residual ? [numbers(shape, 4)] : []),
        numbers(shape, 5),
      ];
    },
    ...differentiated(op),
    expected: (...inputs) =>
      normalizationExpected(inputs, activation, (i) => {
        const image = Math.floor(i / sizeOf(shape.slice(1)));
        return image * groups + Math.floor((i % shape[3]) / width);
      }),
  };
}

/** A vector an image added to what is normalized. */
function shiftedCase(shape: BatchShape, groups: number): ConformanceCase {
  const [images, , , channels] = shape;
  const perImage = sizeOf(shape.slice(1));
  const width = channels / groups;
  return {
    family: 'normalization',
    name: `${groups} groups of [${shape}] and a shift, and its gradients`,
    kernels: [GroupNorm, GroupNormGrad],
    fused: [fusedKernels.shiftedGroupNorm],
    inputs: () => [
      ...[numbers(shape, 1), numbers([channels], 2), numbers([channels], 3), numbers([images, channels], 4)],
      numbers(shape, 5),
    ],
    ...differentiated((x, scale, bias, shift) =>
      shiftedGroupNorm(x as tf.Tensor4D, scale as tf.Tensor1D, bias as tf.Tensor1D, shift as tf.Tensor2D, {
        groups,
        epsilon: EPSILON,
      }),
    ),
    expected: (x, scale, bias, shift, dy) => {
      const [y, ...gradients] = normalizationExpected([x, scale, bias, dy], 'linear', (i) => {
        return Math.floor(i / perImage) * groups + Math.floor((i % channels) / width);
      }) as [Expected, ...Expected[]];
      const place = (i: number) => Math.floor(i / perImage) * channels + (i % channels);
      return [
        expectedOf(shape, (i) => add(y.values[i] as Tracked, exact(shift.values[place(i)] as number))),
        ...gradients,
        expectedOf([images, channels], (at) => {
          const start = Math.floor(at / channels) * perImage + (at % channels);
          return sum(
            Array.from({ length: perImage / channels }, (_, row) => exact(dy.values[start + row * channels] as number)),
          );
        }),
      ];
    },
  };
}

/** Odd channel counts, one row, one channel, more columns than a workgroup has invocations. */
const layers: readonly (readonly number[])[] = [
  [5, 3],
  [1, 8],
  [2, 40, 6],
  [70, 5],
  [2, 3, 20, 64],
  [9, 1],
  [3, 1100],
  [2, 521],
];

function layerCase(shape: readonly number[]): ConformanceCase {
  const channels = shape.at(-1) as number;
  const op = (...[x, scale, bias]: tf.Tensor[]) =>
    layerNorm(x as tf.Tensor, scale as tf.Tensor1D, bias as tf.Tensor1D, { epsilon: EPSILON });
  return {
    family: 'normalization',
    name: `layer normalization of [${shape}] and its gradients`,
    kernels: [LayerNorm, LayerNormGrad],
    inputs: () => [numbers(shape, 1), numbers([channels], 2), numbers([channels], 3), numbers(shape, 5)],
    ...differentiated(op),
    expected: (...inputs) => normalizationExpected(inputs, 'linear', (i) => Math.floor(i / channels)),
  };
}

/** What is not a number, or infinite, in two places: all of its group, or of its row, is lost, and nothing else. */
const wild: ConformanceCase = {
  family: 'normalization',
  name: 'NaN and infinity stay in their group and row',
  kernels: [GroupNorm, LayerNorm],
  inputs: () => {
    const x = numbers([2, 4, 4, 6], 1);
    x.values[40] = Number.NaN;
    x.values[150] = Number.POSITIVE_INFINITY;
    return [x, numbers([6], 2), numbers([6], 3)];
  },
  run: (x, scale, bias) => [
    groupNorm(x as tf.Tensor4D, scale as tf.Tensor1D, bias as tf.Tensor1D, { groups: 2, epsilon: EPSILON }),
    layerNorm(x, scale as tf.Tensor1D, bias as tf.Tensor1D, { epsilon: EPSILON }),
  ],
  expected: (...inputs) => {
    const all = [...inputs, inputs[0] as Numbers]; // as dy, which is not asked for
    const groupOf = (i: number) => 2 * Math.floor(i / 96) + Math.floor((i % 6) / 3);
    return [groupOf, (i: number) => Math.floor(i / 6)].map(
      (setOf) => normalizationExpected(all, 'linear', setOf)[0] as Expected,
    );
  },
};

const ofNothing: ConformanceCase = {
  family: 'normalization',
  name: 'the gradients of no images at all are 0',
  kernels: [GroupNormGrad, LayerNormGrad],
  inputs: () => [numbers([0, 4, 4, 6], 1), numbers([6], 2), numbers([6], 3)],
  run: (...inputs) => [
    ...tf.grads((x, scale, bias) =>
      groupNorm(x as tf.Tensor4D, scale as tf.Tensor1D, bias as tf.Tensor1D, { groups: 2 }),
    )(inputs),
    ...tf.grads((x, scale, bias) => layerNorm(x, scale as tf.Tensor1D, bias as tf.Tensor1D))(inputs),
  ],
  expected: () =>
    [0, 1].flatMap(() => [exactly([0, 4, 4, 6], []), exactly([6], Array(6).fill(0)), exactly([6], Array(6).fill(0))]),
};

/** activation(residual + scale·(x − mean)/√(variance + ε) + bias) over the numbers of each set, and its gradients. */
function normalizationExpected(
  [x, scale, bias, ...rest]: readonly Numbers[],
  activation: Activation,
  setOf: (i: number) => number,
): Expected[] {
  const [dy, residual] = rest.reverse();
  if (!dy || !x || !scale || !bias) throw new Error('There are four inputs at least.');
  const { value, slope } = activations[activation];
  const channels = scale.shape.at(-1) as number;
  const ofImage = x.values.length / (x.shape[0] || 1);
  const isOwn = scale.shape.length === 2;
  /** Where the scale of element i is. */
  const at = (i: number) => (i % channels) + (isOwn ? Math.floor(i / ofImage) * channels : 0);
  const sets = new Map<number, number[]>();
  x.values.forEach((_, i) => {
    const set = sets.get(setOf(i));
    if (set) set.push(i);
    else sets.set(setOf(i), [i]);
  });
  const places = { normalized: [] as Tracked[], dz: [] as Tracked[], y: [] as Tracked[], dx: [] as Tracked[] };
  for (const set of sets.values()) {
    const count = exact(set.length);
    const mean = (terms: Tracked[]) => divide(sum(terms), count);
    const average = mean(set.map((i) => exact(x.values[i] as number)));
    const centred = set.map((i) => subtract(exact(x.values[i] as number), average));
    const variance = mean(centred.map((c) => multiply(c, c)));
    const precision = inverseRoot(add(variance, { value: EPSILON, error: EPSILON }));
    const normalized = centred.map((c) => multiply(c, precision));
    const g: Tracked[] = [];
    set.forEach((i, place) => {
      const n = normalized[place] as Tracked;
      const affine = add(multiply(n, exact(scale.values[at(i)] as number)), exact(bias.values[at(i)] as number));
      const z = residual ? add(affine, exact(residual.values[i] as number)) : affine;
      const dz = multiply(exact(dy.values[i] as number), slope(z));
      places.normalized[i] = n;
      places.y[i] = value(z);
      places.dz[i] = dz;
      g.push(multiply(dz, exact(scale.values[at(i)] as number)));
    });
    const [meanG, meanGN] = [mean(g), mean(g.map((one, place) => multiply(one, normalized[place] as Tracked)))];
    set.forEach((i, place) => {
      const projection = add(meanG, multiply(normalized[place] as Tracked, meanGN));
      places.dx[i] = multiply(subtract(g[place] as Tracked, projection), precision);
    });
  }
  const overChannel = (termOf: (i: number) => Tracked) =>
    expectedOf(scale.shape, (c) => {
      const rows = (isOwn ? ofImage : x.values.length) / channels;
      const start = Math.floor(c / channels) * ofImage + (c % channels);
      return sum(Array.from({ length: rows }, (_, row) => termOf(start + row * channels)));
    });
  return [
    expectedOf(x.shape, (i) => places.y[i] as Tracked),
    expectedOf(x.shape, (i) => places.dx[i] as Tracked),
    overChannel((i) => multiply(places.dz[i] as Tracked, places.normalized[i] as Tracked)),
    overChannel((i) => places.dz[i] as Tracked),
    ...(residual ? [expectedOf(x.shape, (i) => places.dz[i] as Tracked)] : []),
  ];
}

export const normalizationCases: readonly ConformanceCase[] = [
  ...groups.map(groupCase),
  shiftedCase([1, 3, 5, 6], 2),
  shiftedCase([2, 33, 32, 16], 1), // shared by several workgroups
  ...layers.map(layerCase),
  wild,
  ofNothing,
];

const activationNames = ['linear', 'gelu', 'silu'] as const;

export const drawnNormalizationCases: readonly ConformanceCase[] = [
  ...draw(12, {
    batch: [1, 3],
    height: [1, 20],
    width: [2, 12],
    groups: [1, 4],
    perGroup: [1, 9],
    residual: [0, 1],
    activation: [0, 2],
  }).map(({ batch, height, width, groups, perGroup, residual, activation }) =>
    groupCase({
      shape: [batch, height, width, groups * perGroup],
      groups,
      activation: activationNames[activation] as Activation,
      residual: residual === 1,
    }),
  ),
  ...draw(8, { rows: [1, 150], channels: [2, 70] }).map(({ rows, channels }) => layerCase([rows, channels])),
];
