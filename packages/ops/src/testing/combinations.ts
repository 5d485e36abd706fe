import * as tf from '@tensorflow/tfjs-core';
import { embedding } from '../embedding';
import { globalNorm } from '../global-norm';
import { Embedding, EmbeddingGrad, GlobalNorm, LinearCombination } from '../kernels';
import { linearCombination } from '../linear-combination';
import { meanSquaredError } from '../mean-squared-error';
import { type ConformanceCase, differentiated, draw, exactly, expectedOf, numbers } from './conformance-case';
import { sizeOf } from './places';
import { apply, divide, dot, exact, multiply, subtract, sum, type Tracked } from './tracked';

type Rows = { rows: number; channels: number; indices: readonly number[] };

function embeddingCase({ rows, channels, indices }: Rows): ConformanceCase {
  return {
    family: 'embedding',
    name: `rows ${indices} of [${rows},${channels}] and the gradient`,
    kernels: [Embedding, EmbeddingGrad],
    inputs: () => [numbers([rows, channels], 1), numbers([indices.length, channels], 2)],
    hasGradients: true,
    run: (...inputs) => {
      const places = tf.tensor1d([...indices], 'int32');
      const all = differentiated((table) => embedding(table as tf.Tensor2D, places)).run(...inputs);
      places.dispose();
      return all;
    },
    expected: ({ values: table }, { values: dy }) => {
      const row = (i: number) => indices[Math.floor(i / channels)] as number;
      return [
        exactly(
          [indices.length, channels],
          Array.from(dy, (_, i) => (row(i) < 0 ? 0 : (table[row(i) * channels + (i % channels)] as number))),
        ),
        expectedOf([rows, channels], (at) =>
          sum(
            Array.from(dy)
              .filter((_, i) => row(i) * channels + (i % channels) === at)
              .map(exact),
          ),
        ),
      ];
    },
  };
}

const embeddings: ConformanceCase[] = [
  { rows: 1, channels: 1, indices: [0] },
  { rows: 4, channels: 3, indices: [3, -1, 0, 3, 3] },
  { rows: 10, channels: 16, indices: [-1, -1] },
].map(embeddingCase);

const sums: ConformanceCase[] = [1, 2, 7, 8, 20].flatMap((count) =>
  [undefined, [-0.5, 0.25] as const].map((clip, i) => {
    const shape = (count + i) % 2 ? [8] : [2, 3, 3, 3]; // a multiple of 4, and not
    const coefficients = Array.from({ length: count }, (_, i) => Math.cos(i + 0.3));
    return {
      family: 'linear combination',
      name: `of ${count} tensors [${shape}]${clip ? ', clipped' : ''}`,
      kernels: [LinearCombination],
      inputs: () => coefficients.map((_, i) => numbers(shape, i)),
      run: (...tensors) => linearCombination(tensors, coefficients, clip ? { clip } : {}),
      expected: (...inputs) => [
        expectedOf(shape, (i) => {
          const terms = inputs.map(({ values }, j) => {
            const coefficient = coefficients[j] as number; // is rounded to float32, too
            return multiply({ value: coefficient, error: Math.abs(coefficient) }, exact(values[i] as number));
          });
          const { value, error } = sum(terms);
          return { value: clip ? Math.min(clip[1], Math.max(clip[0], value)) : value, error };
        }),
      ],
    };
  }),
);

const repeated: ConformanceCase = {
  family: 'linear combination',
  name: 'in which a tensor comes twice',
  kernels: [LinearCombination],
  inputs: () => [numbers([6], 1)],
  run: (x) => linearCombination([x, x], [0.5, 0.25]),
  expected: ({ values }) => [expectedOf([6], (i) => multiply(exact(0.75), exact(values[i] as number)))],
};

const unused: ConformanceCase = {
  family: 'linear combination',
  name: 'leaves out terms with coefficient 0, whatever they hold',
  kernels: [LinearCombination],
  inputs: () => [numbers([6], 1), { shape: [6], values: new Float32Array(6).fill(Number.NaN) }],
  run: (x, wild) => [linearCombination([x, wild], [1, 0]), linearCombination([wild], [0])],
  expected: (x) => [exactly([6], x.values), exactly([6], new Float32Array(6))],
};

const norms: ConformanceCase[] = [
  [[]],
  [[70, 100], [33]],
  [[260, 300], [40_001]], // several workgroups, or blocks, a tensor
  [[3, 3, 4, 8], [7], [64], [1], [], [5, 3], [12], [30, 61], [3], [16], [40, 50]],
].map((shapes) => ({
  family: 'global norm',
  name: `of ${shapes.length} tensors, ${shapes.reduce((total, shape) => total + sizeOf(shape), 0)} numbers`,
  kernels: [GlobalNorm],
  inputs: () => shapes.map((shape, i) => numbers(shape, i)),
  run: (...tensors) => globalNorm(tensors),
  expected: (...inputs) => {
    const all = inputs.flatMap(({ values }) => Array.from(values));
    const squares = dot(
      all.length,
      (i) => all[i] as number,
      (i) => all[i] as number,
    );
    return [expectedOf([], () => apply(squares, Math.sqrt, 0.5 / Math.sqrt(squares.value), 4))];
  },
}));

const lossCase = (shape: readonly number[]): ConformanceCase => ({
  family: 'mean squared error',
  name: `of [${shape}] and its gradients`,
  kernels: [],
  inputs: () => [numbers(shape, 1), numbers(shape, 2)],
  run: (a, b) => [meanSquaredError(a, b), ...tf.grads(meanSquaredError)([a, b])],
  expected: (a, b) => {
    const differences = Array.from(a.values, (value, i) => subtract(exact(value), exact(b.values[i] as number)));
    const count = exact(differences.length);
    const slope = (sign: number) =>
      expectedOf(shape, (i) => divide(multiply(exact(2 * sign), differences[i] as Tracked), count));
    return [
      expectedOf([], () => divide(sum(differences.map((difference) => multiply(difference, difference))), count)),
      slope(1),
      slope(-1),
    ];
  },
});

export const combinationCases: readonly ConformanceCase[] = [
  ...embeddings,
  ...sums,
  repeated,
  unused,
  ...norms,
  ...[[1], [4, 5], [3, 7, 11, 2]].map(lossCase),
];

export const drawnCombinationCases: readonly ConformanceCase[] = [
  ...draw(5, { rows: [1, 5], channels: [1, 9], start: [0, 5], step: [1, 5] }).map(({ rows, channels, start, step }) =>
    embeddingCase({
      rows,
      channels,
      indices: Array.from({ length: 5 }, (_, i) => ((start + i * step) % (rows + 1)) - 1),
    }),
  ),
  ...draw(5, { rows: [1, 6], columns: [1, 9] }).map(({ rows, columns }) => lossCase([rows, columns])),
];
