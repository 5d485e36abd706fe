import * as tf from '@tensorflow/tfjs-core';
import { AdamWStep, EmaStep } from '../kernels';
import { adamWStep, emaStep } from '../optimizer';
import { type ConformanceCase, expectedOf, type Numbers, numbers } from './conformance-case';
import { add, apply, divide, exact, multiply, subtract, type Tracked } from './tracked';

/** Of all kinds: multiples of 4, others, one number, more than a block; more than fit into one dispatch. */
const shapes = [[3, 3, 4, 8], [7], [64], [1], [5, 3], [12], [6, 10], [3], [16], [17_001]];
const rates = { learningRate: 0.1, beta1: 0.8, beta2: 0.95, epsilon: 1e-8, weightDecay: 0.02 };

/** A factor that is given in float64 and rounded. */
const factor = (value: number): Tracked => ({ value, error: Math.abs(value) });

/** Runs a step on variables made of tensors, and gives what is in them afterwards. */
function inPlace(starts: tf.Tensor[], step: (variables: tf.Variable[]) => void): tf.Tensor[] {
  const variables = starts.map((tensor) => tf.variable(tensor));
  step(variables);
  const contents = variables.map((variable) => tf.add(variable, 0));
  tf.dispose(variables);
  return contents;
}

const adamWCases: ConformanceCase[] = [undefined, 3].map((scale) => ({
  family: 'optimizer',
  name: `two steps of AdamW on ${shapes.length} parameters${scale ? ', gradients scaled' : ''}`,
  kernels: [AdamWStep],
  inputs: () => [
    ...shapes.map((shape, i) => numbers(shape, i)),
    ...shapes.map((shape, i) => numbers(shape, 60 + i)),
    ...shapes.map((shape, i) => numbers(shape, 120 + i)),
  ],
  run: (...inputs) => {
    const count = shapes.length;
    const zeros = shapes.map((shape) => tf.zeros(shape));
    return inPlace([...inputs.slice(0, count), ...zeros, ...zeros], (variables) => {
      for (const step of [1, 2]) {
        adamWStep({
          parameters: variables.slice(0, count),
          firstMoments: variables.slice(count, 2 * count),
          secondMoments: variables.slice(2 * count),
          gradients: inputs.slice(step * count, (step + 1) * count),
          step,
          ...rates,
          // A backend may cast by name only.
          ...(scale && { gradientScale: tf.cast(tf.scalar(scale, 'int32'), 'float32') as tf.Scalar }),
        });
      }
    });
  },
  expected: (...inputs) => {
    const count = shapes.length;
    const { learningRate, beta1, beta2, epsilon, weightDecay } = rates;
    const after = shapes.map((_, p) =>
      Array.from((inputs[p] as Numbers).values, (start, i) => {
        let [parameter, first, second] = [exact(start), exact(0), exact(0)];
        for (const step of [1, 2]) {
          const g = multiply(exact((inputs[step * count + p] as Numbers).values[i] as number), exact(scale ?? 1));
          first = add(multiply(factor(beta1), first), multiply(factor(1 - beta1), g));
          second = add(multiply(factor(beta2), second), multiply(factor(1 - beta2), multiply(g, g)));
          const root = apply(second, Math.sqrt, 0.5 / Math.sqrt(second.value), 4);
          const denominator = add(divide(root, factor(Math.sqrt(1 - beta2 ** step))), factor(epsilon));
          const update = multiply(factor(learningRate / (1 - beta1 ** step)), divide(first, denominator));
          parameter = subtract(multiply(factor(1 - learningRate * weightDecay), parameter), update);
        }
        return { parameter, first, second };
      }),
    );
    return (['parameter', 'first', 'second'] as const).flatMap((name) =>
      shapes.map((shape, p) => expectedOf(shape, (i) => after[p][i][name])),
    );
  },
}));

const emaCase: ConformanceCase = {
  family: 'optimizer',
  name: `two steps of the average of ${shapes.length} parameters`,
  kernels: [EmaStep],
  inputs: () => [...shapes.map((shape, i) => numbers(shape, i)), ...shapes.map((shape, i) => numbers(shape, 20 + i))],
  run: (...inputs) =>
    inPlace(inputs.slice(0, shapes.length), (shadow) => {
      for (let step = 0; step < 2; step++) {
        emaStep({ shadow, parameters: inputs.slice(shapes.length), decay: 0.75 });
      }
    }),
  expected: (...inputs) =>
    shapes.map((shape, p) =>
      expectedOf(shape, (i) => {
        const [start, target] = [p, shapes.length + p].map((at) => exact((inputs[at] as Numbers).values[i] as number));
        const step = (shadow: Tracked) =>
          add(multiply(factor(0.75), shadow), multiply(factor(0.25), target as Tracked));
        return step(step(start as Tracked));
      }),
    ),
};

export const optimizerCases: readonly ConformanceCase[] = [...adamWCases, emaCase];
