import * as tf from '@tensorflow/tfjs-core';
import { Linear, LinearGrad } from '../kernels';
import { linear } from '../linear';
import { type ConformanceCase, expectedOf, numbers, sizeOf } from './conformance-case';
import { dot } from './tracked';

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

export const linearCases: readonly ConformanceCase[] = sizes.flatMap(([shape, outputs]) =>
  [false, true].map((withBias) => {
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
        numbers(out, 4),
        numbers(shape, 1),
        numbers([from, outputs], 2),
        ...(withBias ? [numbers([outputs], 3)] : []),
      ],
      run: (dy, ...inputs) => [op(...(inputs as [tf.Tensor, tf.Tensor, tf.Tensor?])), ...tf.grads(op)(inputs, dy)],
      expected: ({ values: dy }, { values: x }, { values: w }, bias) => {
        const [b, one] = [(i: number) => bias?.values[i] as number, () => 1];
        const at = (array: Float32Array, start: number, step: number) => (i: number) =>
          array[start + i * step] as number;
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
  }),
);
