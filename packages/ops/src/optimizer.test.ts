import type { Tensor4D, Variable } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { expectClose, onEachBackend, random, toTensor } from '../test/support';
import { adamWStep, conv2d, emaStep } from './index';

const settings = { learningRate: 0.01, beta1: 0.8, beta2: 0.95, epsilon: 1e-6, weightDecay: 0.1 };

describe('adamWStep', () => {
  onEachBackend(() => {
    it('follows the formula for several steps and parameters, and leaves no tensors behind', () => {
      const shapes = [[3, 2], [5]];
      const model = shapes.map((shape, i) => ({
        parameter: random(1, shape, i).values,
        first: new Float64Array(shape.reduce((a, b) => a * b)),
        second: new Float64Array(shape.reduce((a, b) => a * b)),
      }));
      const variables = (of: (i: number) => tf.Tensor): Variable[] => shapes.map((_, i) => tf.variable(of(i)));
      const parameters = variables((i) => toTensor(random(1, shapes[i], i)));
      const firstMoments = variables((i) => tf.zeros(shapes[i]));
      const secondMoments = variables((i) => tf.zeros(shapes[i]));
      const counts: number[] = [];
      for (let step = 1; step <= 4; step++) {
        const numbers = shapes.map((shape, i) => random(2, shape, 10 * step + i));
        const gradients = numbers.map(toTensor);
        adamWStep({ parameters, gradients, firstMoments, secondMoments, step, ...settings });
        tf.dispose(gradients);
        counts.push(tf.memory().numTensors);
        const { learningRate, beta1, beta2, epsilon, weightDecay } = settings;
        model.forEach(({ parameter, first, second }, p) => {
          numbers[p].values.forEach((g, i) => {
            parameter[i] *= 1 - learningRate * weightDecay;
            first[i] = beta1 * first[i] + (1 - beta1) * g;
            second[i] = beta2 * second[i] + (1 - beta2) * g * g;
            const denominator = Math.sqrt(second[i]) / Math.sqrt(1 - beta2 ** step) + epsilon;
            parameter[i] -= ((learningRate / (1 - beta1 ** step)) * first[i]) / denominator;
          });
        });
      }
      expect(new Set(counts).size).toBe(1);
      model.forEach(({ parameter, first, second }, p) => {
        expectClose(parameters[p].dataSync(), parameter, 1e-6);
        expectClose(firstMoments[p].dataSync(), first, 1e-6);
        expectClose(secondMoments[p].dataSync(), second, 1e-6);
      });
      tf.dispose([parameters, firstMoments, secondMoments]);
    });

    it('changes the variables alone, not the tensors and clones that share their memory', () => {
      const start = tf.tensor1d([1, 2]);
      const parameter = tf.variable(start);
      const shadow = tf.variable(parameter);
      const saved = parameter.clone();
      const zeros = tf.zeros([2]);
      adamWStep({
        parameters: [parameter],
        gradients: [tf.ones([2])],
        firstMoments: [tf.variable(zeros)],
        secondMoments: [tf.variable(zeros)],
        step: 1,
        ...settings,
      });
      for (const other of [start, shadow, saved]) expect(Array.from(other.dataSync())).toEqual([1, 2]);
      expect(Array.from(zeros.dataSync())).toEqual([0, 0]);
      expect(parameter.dataSync()[0]).toBeLessThan(1);
    });

    it('is seen by the convolutions that follow', () => {
      const x = tf.ones([1, 2, 2, 1]) as Tensor4D;
      const filter = tf.variable(tf.ones([1, 1, 1, 1])) as Variable & Tensor4D;
      const [firstMoments, secondMoments] = [0, 0].map(() => [tf.variable(tf.zeros([1, 1, 1, 1]))]);
      for (let step = 1; step <= 3; step++) {
        const gradients = [tf.ones([1, 1, 1, 1])];
        adamWStep({ parameters: [filter], gradients, firstMoments, secondMoments, step, ...settings });
        expectClose(conv2d(x, filter).dataSync(), new Float32Array(4).fill(filter.dataSync()[0]), 1e-7);
      }
      expect(filter.dataSync()[0]).toBeLessThan(0.98);
    });
  });

  it('says which lists differ', () => {
    const lists = { parameters: [tf.variable(tf.zeros([1]))], gradients: [], firstMoments: [], secondMoments: [] };
    expect(() => adamWStep({ ...lists, step: 1 })).toThrow('1 parameters and 0 gradients');
  });
});

describe('emaStep', () => {
  onEachBackend(() => {
    it('moves the shadow towards the parameters by 1 − decay, in place', () => {
      const shadow = [tf.variable(tf.tensor1d([1, 0, -1]))];
      const parameters = [tf.tensor1d([3, 4, 5])];
      emaStep({ shadow, parameters, decay: 0.75 });
      const before = tf.memory().numTensors;
      emaStep({ shadow, parameters, decay: 0.75 });
      expect(tf.memory().numTensors).toBe(before);
      const expected = [1, 0, -1].map((s, i) => 0.75 ** 2 * s + (1 - 0.75 ** 2) * (3 + i));
      expectClose(shadow[0].dataSync(), expected, 1e-6);
    });
  });
});
