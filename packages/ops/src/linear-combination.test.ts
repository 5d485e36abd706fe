import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { checkOp, forCases, onEachBackend, random } from '../test/support';
import { linearCombination } from './index';

describe('linearCombination', () => {
  onEachBackend(() => {
    it('is the sum of the multiples, clipped if asked', () => {
      forCases({ n: [1, 4], size: [1, 9], clipped: [0, 1] }, ({ n, size, clipped }, seed) => {
        const coefficients = Array.from(random(seed, [n], 9).values);
        const clip = [-0.5, 0.75] as const;
        checkOp({
          inputs: Array.from({ length: n }, (_, i) => random(seed, [size], i)),
          op: (...tensors) => linearCombination(tensors, coefficients, clipped ? { clip } : {}),
          formula: (...arrays) =>
            arrays[0].map((_, i) => {
              const sum = arrays.reduce((total, array, j) => total + coefficients[j] * array[i], 0);
              return clipped ? Math.min(clip[1], Math.max(clip[0], sum)) : sum;
            }),
          gradients: false,
          tolerance: 1e-6,
        });
      });
    });

    it('leaves terms with coefficient 0 out, whatever they hold, and never gives an input itself', () => {
      const [x, wild] = [tf.tensor1d([1, 2]), tf.tensor1d([Number.NaN, Number.POSITIVE_INFINITY])];
      const same = linearCombination([x, wild], [1, 0]);
      const zeros = linearCombination([wild], [0]);
      expect(Array.from(same.dataSync())).toEqual([1, 2]);
      expect(Array.from(zeros.dataSync())).toEqual([0, 0]);
      same.dispose();
      expect(Array.from(x.dataSync())).toEqual([1, 2]);
    });
  });

  it('says what doesn’t fit', () => {
    expect(() => linearCombination([tf.zeros([2])], [1, 2])).toThrow('as many coefficients as tensors');
    expect(() => linearCombination([tf.zeros([2]), tf.zeros([3])], [1, 2])).toThrow('one shape, but got [2] and [3]');
  });
});
