import { AdamWStep, adamWStep, EmaStep, emaStep } from '@denoiser/ops';
import * as tf from '@tensorflow/tfjs';
import type { KernelCase } from './case';
import { values } from './values';

/** Of all kinds: multiples of 4, others, one number; more than fit into one dispatch. */
const shapes = [[3, 3, 4, 8], [7], [64], [1], [5, 3], [12], [6, 10], [3], [16]];
const variables = (seed: number, map: (x: tf.Tensor) => tf.Tensor = (x) => x) =>
  shapes.map((shape, i) => tf.variable(tf.tidy(() => map(values(shape, seed + i)))));

/** What is in variables afterwards; they are disposed. */
function contents(...lists: tf.Variable[][]): tf.Tensor[] {
  return lists.flat().map((variable) => {
    const value = tf.add(variable, 0);
    variable.dispose();
    return value;
  });
}

const adamWCase = (storageBuffers: number, scale?: number): KernelCase => ({
  name: `two steps of AdamW over ${shapes.length} parameters, ${storageBuffers} storage buffers, gradients times ${scale ?? 1}`,
  kernels: [AdamWStep],
  capabilities: { storageBuffers },
  compute: () => {
    const parameters = variables(0);
    const firstMoments = variables(20, (x) => tf.mul(x, 0.1));
    const secondMoments = variables(40, (x) => tf.mul(tf.square(x), 0.1));
    for (const step of [1, 2]) {
      const gradients = shapes.map((shape, i) => values(shape, 60 * step + i));
      const rates = { learningRate: 0.1, beta1: 0.8, beta2: 0.95, weightDecay: 0.02 };
      const gradientScale =
        scale === undefined ? {} : { gradientScale: tf.cast(tf.scalar(scale, 'int32'), 'float32') as tf.Scalar };
      adamWStep({ parameters, gradients, firstMoments, secondMoments, step, ...rates, ...gradientScale });
    }
    return contents(parameters, firstMoments, secondMoments);
  },
});

const emaCase = (storageBuffers: number): KernelCase => ({
  name: `a step of the average of ${shapes.length} parameters, ${storageBuffers} storage buffers`,
  kernels: [EmaStep],
  capabilities: { storageBuffers },
  compute: () => {
    const shadow = variables(0);
    emaStep({ shadow, parameters: shapes.map((shape, i) => values(shape, 20 + i)), decay: 0.995 });
    return contents(shadow);
  },
});

export const optimizerCases: readonly KernelCase[] = [
  ...[4, 8].flatMap((limit) => [adamWCase(limit), emaCase(limit)]),
  ...[8, 10].map((limit) => adamWCase(limit, 3)),
];
