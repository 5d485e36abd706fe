import * as tf from '@tensorflow/tfjs-core';
import { groupNorm } from '../group-norm';
import { type Activation, GroupNorm, GroupNormGrad, LayerNorm, LayerNormGrad } from '../kernels';
import { layerNorm } from '../layer-norm';
import type { BatchShape } from '../shapes';
import { type ConformanceCase, type Expected, expectedOf, type Numbers, numbers, sizeOf } from './conformance-case';
import { activations } from './normal-distribution';
import { add, divide, exact, inverseRoot, multiply, subtract, sum, type Tracked } from './tracked';

const EPSILON = 1e-2; // so that a group of few numbers that are alike doesn't magnify rounding

type Group = { shape: BatchShape; groups: number; activation: Activation; residual: boolean; far?: number };
const groups: readonly Group[] = [
  { shape: [1, 1, 1, 6], groups: 2, activation: 'linear', residual: false },
  { shape: [2, 5, 3, 3], groups: 1, activation: 'gelu', residual: false },
  { shape: [1, 5, 7, 5], groups: 5, activation: 'silu', residual: true }, // one channel a group
  { shape: [1, 3, 4, 64], groups: 32, activation: 'linear', residual: true },
  { shape: [2, 3, 3, 64], groups: 4, activation: 'gelu', residual: true },
  { shape: [1, 2, 2, 1100], groups: 1, activation: 'silu', residual: false }, // more columns than a workgroup has invocations
  { shape: [1, 33, 32, 16], groups: 1, activation: 'gelu', residual: true }, // shared by several workgroups
  { shape: [1, 33, 32, 16], groups: 1, activation: 'linear', residual: false, far: 50 },
  ...(['linear', 'gelu', 'silu'] as const).flatMap((activation) =>
    [false, true].map((residual) => ({ shape: [2, 3, 5, 6] as const, groups: 2, activation, residual })),
  ),
];

const groupCases: ConformanceCase[] = groups.map((one) => {
  const { shape, groups, activation, residual, far = 0 } = one;
  const op = (...[x, scale, bias, rest]: tf.Tensor[]) =>
    groupNorm(x as tf.Tensor4D, scale as tf.Tensor1D, bias as tf.Tensor1D, {
      groups,
      activation,
      epsilon: EPSILON,
      residual: rest as tf.Tensor4D | undefined,
    });
  const width = shape[3] / groups;
  return {
    family: 'normalization',
    name: `${groups} groups of [${shape}]${far ? ` around ${far}` : ''}, ${activation}${residual ? ', a residual' : ''}, and its gradients`,
    kernels: [GroupNorm, GroupNormGrad],
    inputs: () => {
      const x = numbers(shape, 1);
      return [
        numbers(shape, 5),
        { shape, values: x.values.map((value) => value + far) },
        numbers([shape[3]], 2),
        numbers([shape[3]], 3),
        ...(residual ? [numbers(shape, 4)] : []),
      ];
    },
    run: (dy, ...inputs) => [op(...inputs), ...tf.grads(op)(inputs, dy)],
    expected: (...inputs) =>
      normalizationExpected(inputs, activation, (i) => {
        const image = Math.floor(i / sizeOf(shape.slice(1)));
        return image * groups + Math.floor((i % shape[3]) / width);
      }),
  };
});

/** Odd channel counts, one row, one channel, more columns than a workgroup has invocations. */
const layerCases: ConformanceCase[] = [
  [5, 3],
  [1, 8],
  [2, 40, 6],
  [70, 5],
  [2, 3, 20, 64],
  [9, 1],
  [3, 1100],
  [2, 521],
].map((shape) => {
  const channels = shape.at(-1) as number;
  const op = (...[x, scale, bias]: tf.Tensor[]) =>
    layerNorm(x as tf.Tensor, scale as tf.Tensor1D, bias as tf.Tensor1D, { epsilon: EPSILON });
  return {
    family: 'normalization',
    name: `layer normalization of [${shape}] and its gradients`,
    kernels: [LayerNorm, LayerNormGrad],
    inputs: () => [numbers(shape, 5), numbers(shape, 1), numbers([channels], 2), numbers([channels], 3)],
    run: (dy, ...inputs) => [op(...inputs), ...tf.grads(op)(inputs, dy)],
    expected: (...inputs) => normalizationExpected(inputs, 'linear', (i) => Math.floor(i / channels)),
  };
});

/** activation(residual + scale·(x − mean)/√(variance + ε) + bias) over the numbers of each set, and its gradients. */
function normalizationExpected(
  [dy, x, scale, bias, residual]: readonly Numbers[],
  activation: Activation,
  setOf: (i: number) => number,
): Expected[] {
  if (!dy || !x || !scale || !bias) throw new Error('There are four inputs at least.');
  const { value, slope } = activations[activation];
  const channels = scale.values.length;
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
      const affine = add(
        multiply(n, exact(scale.values[i % channels] as number)),
        exact(bias.values[i % channels] as number),
      );
      const z = residual ? add(affine, exact(residual.values[i] as number)) : affine;
      const dz = multiply(exact(dy.values[i] as number), slope(z));
      places.normalized[i] = n;
      places.y[i] = value(z);
      places.dz[i] = dz;
      g.push(multiply(dz, exact(scale.values[i % channels] as number)));
    });
    const [meanG, meanGN] = [mean(g), mean(g.map((one, place) => multiply(one, normalized[place] as Tracked)))];
    set.forEach((i, place) => {
      const projection = add(meanG, multiply(normalized[place] as Tracked, meanGN));
      places.dx[i] = multiply(subtract(g[place] as Tracked, projection), precision);
    });
  }
  const overChannel = (at: (i: number) => Tracked) =>
    expectedOf(scale.shape, (c) =>
      sum(Array.from({ length: x.values.length / channels }, (_, row) => at(row * channels + c))),
    );
  return [
    expectedOf(x.shape, (i) => places.y[i] as Tracked),
    expectedOf(x.shape, (i) => places.dx[i] as Tracked),
    overChannel((i) => multiply(places.dz[i] as Tracked, places.normalized[i] as Tracked)),
    overChannel((i) => places.dz[i] as Tracked),
    ...(residual ? [expectedOf(x.shape, (i) => places.dz[i] as Tracked)] : []),
  ];
}

export const normalizationCases: readonly ConformanceCase[] = [...groupCases, ...layerCases];
