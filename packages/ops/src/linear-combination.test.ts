import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { onEachBackend } from '../test/support';
import { linearCombination } from './index';

describe('linearCombination', () => {
  onEachBackend(() => {
    it('never gives an input itself', () => {
      const x = tf.tensor1d([1, 2]);
      linearCombination([x], [1]).dispose();
      expect(Array.from(x.dataSync())).toEqual([1, 2]);
    });
  });

  it('says what doesn’t fit', () => {
    expect(() => linearCombination([tf.zeros([2])], [1, 2])).toThrow('as many coefficients as tensors');
    expect(() => linearCombination([tf.zeros([2]), tf.zeros([3])], [1, 2])).toThrow('one shape, but got [2] and [3]');
  });
});
