import { adamWStep, emaStep, globalNorm } from '@denoiser/ops';
import * as tf from '@tensorflow/tfjs';
import { describe, it } from 'vitest';
import { expectAgreement, values } from './harness';

const SHAPES = [[3, 5], [40_000], [1], [7, 2, 2]];

describe('adamWStep and emaStep', () => {
  it('agree with the reference over three steps, in place', () => {
    expectAgreement(
      () => {
        const make = (seed: number) => SHAPES.map((shape, i) => tf.variable(values(shape, seed + i)));
        const parameters = make(1);
        const firstMoments = SHAPES.map((shape) => tf.variable(tf.zeros(shape)));
        const secondMoments = SHAPES.map((shape) => tf.variable(tf.zeros(shape)));
        const shadow = make(1);
        for (let step = 1; step <= 3; step++) {
          const gradients = SHAPES.map((shape, i) => values(shape, 10 * step + i));
          const scale = step === 2 ? { gradientScale: tf.scalar(0.25) } : {};
          adamWStep({ parameters, gradients, firstMoments, secondMoments, step, learningRate: 0.01, ...scale });
          emaStep({ shadow, parameters, decay: 0.9 });
        }
        const all = [...parameters, ...firstMoments, ...secondMoments, ...shadow];
        const results = all.map((variable) => tf.tensor(variable.dataSync(), variable.shape));
        for (const variable of all) variable.dispose();
        return results;
      },
      { tolerance: 1e-6 },
    );
  });
});

describe('globalNorm', () => {
  it('agrees with the reference, also on many tensors and odd sizes', () => {
    const shapes = [[3, 5], [40_000], [1], [7, 2, 2], [9], [8], []];
    expectAgreement(() => globalNorm(shapes.map((shape, i) => values(shape, i))), { tolerance: 1e-6 });
  });
});
