import * as tf from '@tensorflow/tfjs-core';
import { type ConformanceCase, draw, expectedOf, type Numbers, numbers } from './conformance-case';
import { normalCdf } from './normal-distribution';
import { broadcast, indicesOf, placeOf } from './places';
import { add, apply, divide, exact, exp, inverseRoot, multiply, sigmoid, subtract, sum, type Tracked } from './tracked';

/** tfjs's maps of one tensor or two, as networks, losses and samplers use them. */

const family = 'elementwise';

type Mapping = {
  readonly kernel: string;
  readonly op: (x: tf.Tensor) => tf.Tensor;
  readonly f: (x: number) => Tracked;
};

/** Of a value up to 1, to so many roundings of 1. */
const absolutely = (value: number, roundings: number): Tracked => ({ value, error: roundings });
/** As WGSL has it: from ½ to 2, where it passes 0, to 2⁻²¹, which is 8 roundings of 1; elsewhere to 3 units in the last place. */
const logarithm = (x: number): Tracked =>
  x >= 0.5 && x <= 2 ? absolutely(Math.log(x), 8) : apply(exact(x), Math.log, 1 / x, 4);
const erf = (x: number) => 2 * normalCdf(x * Math.SQRT2) - 1;

const ofAll: readonly Mapping[] = [
  { kernel: 'Exp', op: tf.exp, f: (x) => exp(exact(x)) },
  { kernel: 'Sigmoid', op: tf.sigmoid, f: (x) => sigmoid(exact(x)) },
  { kernel: 'Neg', op: tf.neg, f: (x) => exact(-x) },
  { kernel: 'Abs', op: tf.abs, f: (x) => exact(Math.abs(x)) },
  { kernel: 'Square', op: tf.square, f: (x) => multiply(exact(x), exact(x)) },
  { kernel: 'Relu', op: tf.relu, f: (x) => exact(Math.max(0, x)) },
  { kernel: 'Step', op: (x) => tf.step(x, -0.5), f: (x) => exact(Number.isNaN(x) ? x : x > 0 ? 1 : -0.5) },
  { kernel: 'ClipByValue', op: (x) => tf.clipByValue(x, -1, 2), f: (x) => exact(Math.min(2, Math.max(-1, x))) },
];
const ofPositives: readonly Mapping[] = [
  { kernel: 'Sqrt', op: tf.sqrt, f: (x) => apply(exact(x), Math.sqrt, 0, 4) },
  { kernel: 'Rsqrt', op: tf.rsqrt, f: (x) => inverseRoot(exact(x)) },
  { kernel: 'Log', op: tf.log, f: logarithm },
  { kernel: 'Reciprocal', op: tf.reciprocal, f: (x) => divide(exact(1), exact(x)) },
];
/** tfjs gives erf to 1.5e-7, by a polynomial. */
const ofErrors: readonly Mapping[] = [{ kernel: 'Erf', op: tf.erf, f: (x) => absolutely(erf(x), 4) }];
/** To 2e-7, however far from 0. */
const ofAngles: readonly Mapping[] = [
  { kernel: 'Sin', op: tf.sin, f: (x) => absolutely(Math.sin(x), 3) },
  { kernel: 'Cos', op: tf.cos, f: (x) => absolutely(Math.cos(x), 3) },
];

const mapCase = (maps: readonly Mapping[], what: string, x: () => Numbers): ConformanceCase => ({
  family,
  name: `${maps.map(({ kernel }) => kernel).join(', ')} of ${what}`,
  kernels: maps.map(({ kernel }) => kernel),
  inputs: () => [x()],
  run: (x) => maps.map(({ op }) => op(x)),
  expected: ({ shape, values }) => maps.map(({ f }) => expectedOf(shape, (i) => f(values[i] as number))),
});

const list = (values: readonly number[]): Numbers => ({ shape: [values.length], values: Float32Array.from(values) });
const normal = (size: number) => numbers([size], 1, 6);
const positive = (size: number): Numbers => {
  const { shape, values } = normal(size);
  return { shape, values: values.map((value) => Math.abs(value) + 0.1) };
};
const mapsOf = (size: number) => [
  mapCase(ofAll, `${size} numbers`, () => normal(size)),
  mapCase(ofPositives, `${size} positive numbers`, () => positive(size)),
];
const angles = list([
  0,
  ...Array.from({ length: 1001 }, (_, i) => i / 64 - 8),
  ...Array.from({ length: 2003 }, (_, i) => 4.1 * i - 1200),
]);
const extremes = list([100, 88.5, 88, -88, -100, 0, -0, 1e30, -1e30, 1, -1]);

const maps: readonly ConformanceCase[] = [
  ...[1, 4, 37].flatMap(mapsOf),
  mapCase(ofErrors, 'numbers from −5 to 5', () => list(Array.from({ length: 201 }, (_, i) => (i - 100) / 20))),
  mapCase(ofAngles, 'small and large angles', () => angles),
  mapCase(ofAngles, '7 numbers', () => normal(7)),
  mapCase([...ofAll.slice(0, 2), ...ofAll.slice(5)], 'numbers of all sizes', () => extremes),
  ...ofAll.map((one) => mapCase([one], 'what is not a number', () => list([Number.NaN, 1]))),
];

type Operation = {
  readonly kernel: string;
  readonly op: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor;
  readonly f: (a: Tracked, b: Tracked) => Tracked;
};

const operations: readonly Operation[] = [
  { kernel: 'Add', op: tf.add, f: add },
  { kernel: 'Sub', op: tf.sub, f: subtract },
  { kernel: 'Multiply', op: tf.mul, f: multiply },
  { kernel: 'RealDiv', op: tf.div, f: divide },
  { kernel: 'Maximum', op: tf.maximum, f: (a, b) => exact(Math.max(a.value, b.value)) },
  { kernel: 'Minimum', op: tf.minimum, f: (a, b) => exact(Math.min(a.value, b.value)) },
  {
    kernel: 'SquaredDifference',
    op: tf.squaredDifference,
    f: (a, b) => multiply(subtract(a, b), subtract(a, b)),
  },
];

const operationCase = (a: readonly number[], b: readonly number[], some = operations): ConformanceCase => ({
  family,
  name: `${some.map(({ kernel }) => kernel).join(', ')} of [${a}] and [${b}]`,
  kernels: some.map(({ kernel }) => kernel),
  inputs: () => [numbers(a, 1), numbers(b, 2)],
  run: (x, y) => some.map(({ op }) => op(x, y)),
  expected: (x, y) => {
    const shape = broadcast(a, b);
    const at = ({ shape: own, values }: Numbers, i: number) =>
      exact(values[placeOf(indicesOf(i, shape), own)] as number);
    return some.map(({ f }) => expectedOf(shape, (i) => f(at(x, i), at(y, i))));
  },
});

const pairs: readonly (readonly [a: readonly number[], b: readonly number[]])[] = [
  [[], []],
  [[5], []],
  [[], [2, 4]],
  [[2, 3, 4], [4]],
  [
    [3, 1],
    [1, 5],
  ],
  [
    [2, 1, 3, 1],
    [4, 1, 6],
  ],
  [
    [2, 5, 8],
    [2, 5, 8],
  ],
];

/** Of every kind: any axis may be repeated on either side, and the first one left out. */
const drawnPairs = draw(12, {
  rank: [1, 4],
  w: [1, 6],
  x: [1, 6],
  y: [1, 6],
  z: [1, 6],
  ones: [0, 255],
  swap: [0, 1],
}).map(({ rank, w, x, y, z, ones, swap }) => {
  const all = [w, x, y, z].slice(4 - rank);
  const some = (bits: number) => all.map((size, axis) => ((bits >> axis) & 1 ? 1 : size));
  const [a, b] = [some(ones & 15), some(ones >> 4).slice(ones & 1)];
  return swap ? operationCase(b, a) : operationCase(a, b);
});

const sums: readonly ConformanceCase[] = (
  [
    [3, []],
    [40, [2, 3]],
    [9, [4]],
  ] as const
).map(([count, shape]) => ({
  family,
  name: `the sum of ${count} tensors of [${shape}]`,
  kernels: ['AddN'],
  inputs: () => Array.from({ length: count }, (_, i) => numbers(shape, i)),
  run: (...tensors) => tf.addN(tensors),
  expected: (...inputs) => [expectedOf(shape, (i) => sum(inputs.map(({ values }) => exact(values[i] as number))))],
}));

export const elementwiseCases: readonly ConformanceCase[] = [
  ...maps,
  ...pairs.map(([a, b]) => operationCase(a, b)),
  // Rows longer than a block of any kind.
  operationCase([20_001], [20_001], operations.slice(0, 1)),
  operationCase([2, 17_001], [], operations.slice(2, 3)),
  ...sums,
];

export const drawnElementwiseCases: readonly ConformanceCase[] = [
  ...draw(6, { size: [1, 40] }).flatMap(({ size }) => mapsOf(size)),
  ...drawnPairs,
];
