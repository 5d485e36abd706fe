import type * as tf from '@tensorflow/tfjs-core';
import { fusedKernels } from '../fused-kernels';
import { type Activation, Linear, LinearGrad } from '../kernels';
import { linear } from '../linear';
import {
  type ConformanceCase,
  differentiated,
  draw,
  expectedOf,
  type Numbers,
  numbers,
  type Values,
} from './conformance-case';
import { activations } from './normal-distribution';
import { sizeOf } from './places';
import { add, dot, exact, multiply, sum, type Tracked } from './tracked';

/** x [..., in], out: rows, odd sizes, blocks that are not full, long sums over rows. */
const sizes: readonly (readonly [x: readonly number[], outputs: number])[] = [
  [[1, 1], 1],
  [[7], 3],
  [[1, 256], 96],
  [[5, 7], 3],
  [[2, 9, 8], 12],
  [[2, 3, 3, 64], 64],
  [[600, 7], 9],
  [[3, 400, 8], 20],
  [[2500, 3], 2],
];

function linearCase(shape: readonly number[], outputs: number, withBias: boolean): ConformanceCase {
  const from = shape.at(-1) as number;
  const rows = sizeOf(shape) / from;
  const op = (x: tf.Tensor, weight: tf.Tensor, bias?: tf.Tensor) =>
    linear(x, weight as tf.Tensor2D, bias as tf.Tensor1D | undefined);
  const out = [...shape.slice(0, -1), outputs];
  return {
    family: 'linear',
    name: `[${shape}] to ${outputs}${withBias ? ' with a bias' : ''}, and its gradients`,
    kernels: [Linear, LinearGrad],
    inputs: () => [
      numbers(shape, 1),
      numbers([from, outputs], 2),
      ...(withBias ? [numbers([outputs], 3)] : []),
      numbers(out, 4),
    ],
    ...differentiated(op),
    expected: (...inputs) => {
      const [x, w, dy] = [inputs[0], inputs[1], inputs.at(-1)].map((one) => (one as Numbers).values) as [
        Values,
        Values,
        Values,
      ];
      const bias = withBias ? (inputs[2] as Numbers) : undefined;
      const [b, one] = [(i: number) => bias?.values[i] as number, () => 1];
      const at = (array: Values, start: number, step: number) => (i: number) => array[start + i * step] as number;
      const long = withBias ? from + 1 : from;
      return [
        expectedOf(out, (i) => {
          const [row, o] = [Math.floor(i / outputs), i % outputs];
          const [left, right] = [at(x, row * from, 1), at(w, o, outputs)];
          return dot(
            long,
            (j) => (j < from ? left(j) : 1),
            (j) => (j < from ? right(j) : b(o)),
          );
        }),
        expectedOf(shape, (i) =>
          dot(outputs, at(dy, Math.floor(i / from) * outputs, 1), at(w, (i % from) * outputs, 1)),
        ),
        expectedOf([from, outputs], (i) =>
          dot(rows, at(x, Math.floor(i / outputs), from), at(dy, i % outputs, outputs)),
        ),
        ...(withBias ? [expectedOf([outputs], (o) => dot(rows, at(dy, o, outputs), one))] : []),
      ];
    },
  };
}

/** With an activation of x and a residual. */
function surroundedCase(shape: readonly number[], outputs: number, activation: Activation): ConformanceCase {
  const from = shape.at(-1) as number;
  const rows = sizeOf(shape) / from;
  const out = [...shape.slice(0, -1), outputs];
  const { value, slope } = activations[activation];
  return {
    family: 'linear',
    name: `${activation} of [${shape}] to ${outputs}, with a bias and a residual, and its gradients`,
    kernels: [Linear, LinearGrad],
    fused: [fusedKernels.linear],
    inputs: () => [
      numbers(shape, 1),
      numbers([from, outputs], 2),
      numbers([outputs], 3),
      numbers(out, 4),
      numbers(out, 5),
    ],
    ...differentiated((x, weight, bias, residual) =>
      linear(x as tf.Tensor, weight as tf.Tensor2D, bias as tf.Tensor1D, {
        activation,
        residual: residual as tf.Tensor,
      }),
    ),
    expected: (...inputs) => {
      const [x, w, b, residual, dy] = inputs.map(({ values }) => Array.from(values, exact)) as [
        ...[Tracked[], Tracked[], Tracked[], Tracked[], Tracked[]],
      ];
      const active = x.map(value);
      const over = (count: number, term: (j: number) => Tracked) =>
        sum(Array.from({ length: count }, (_, j) => term(j)));
      const at = (list: Tracked[], row: number, column: number, width: number) => list[row * width + column] as Tracked;
      return [
        expectedOf(out, (i) => {
          const [row, o] = [Math.floor(i / outputs), i % outputs];
          const product = over(from, (j) => multiply(at(active, row, j, from), at(w, j, o, outputs)));
          return add(add(product, b[o] as Tracked), residual[i] as Tracked);
        }),
        expectedOf(shape, (i) => {
          const [row, j] = [Math.floor(i / from), i % from];
          const dactive = over(outputs, (o) => multiply(at(dy, row, o, outputs), at(w, j, o, outputs)));
          return multiply(dactive, slope(x[i] as Tracked));
        }),
        expectedOf([from, outputs], (i) => {
          const [j, o] = [Math.floor(i / outputs), i % outputs];
          return over(rows, (row) => multiply(at(active, row, j, from), at(dy, row, o, outputs)));
        }),
        expectedOf([outputs], (o) => over(rows, (row) => at(dy, row, o, outputs))),
        expectedOf(out, (i) => dy[i] as Tracked),
      ];
    },
  };
}

const surrounded: readonly (readonly [x: readonly number[], outputs: number, activation: Activation])[] = [
  [[3, 5], 7, 'gelu'], // nothing of it a multiple of 4
  [[2, 9, 8], 12, 'silu'],
  [[2, 70, 64], 64, 'gelu'],
  [[1, 40, 64], 64, 'linear'],
  [[1, 3000, 8], 6, 'gelu'], // a long sum over rows
  [[1, 2, 1040], 9, 'silu'], // and over channels
];

export const linearCases: readonly ConformanceCase[] = [
  ...surrounded.map((one) => surroundedCase(...one)),
  ...sizes.flatMap(([shape, outputs], i) =>
    [false, true]
      .filter((withBias) => i < 5 || withBias === (i % 2 === 0)) // the last ones with a bias or without, in turn
      .map((withBias) => linearCase(shape, outputs, withBias)),
  ),
];

export const drawnLinearCases: readonly ConformanceCase[] = draw(8, {
  batch: [1, 2],
  rows: [1, 40],
  from: [1, 40],
  outputs: [1, 40],
  bias: [0, 1],
}).map(({ batch, rows, from, outputs, bias }) => linearCase([batch, rows, from], outputs, bias === 1));
