import '@tensorflow/tfjs';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { groupNorm } from './index';

it('groupNorm says which groups don’t fit', () => {
  const x = tf.zeros([1, 2, 2, 6]) as Tensor4D;
  expect(() => groupNorm(x, tf.ones([6]), tf.zeros([6]), { groups: 4 })).toThrow(
    "groupNorm can't split 6 channels into 4 groups.",
  );
});

it('groupNorm says which shapes of scale and bias it takes', () => {
  const x = tf.zeros([2, 2, 2, 6]) as Tensor4D;
  expect(() => groupNorm(x, tf.ones([6]), tf.zeros([2, 6]), { groups: 2 })).toThrow(
    'groupNorm takes scale and bias [6], but was given [6] and [2,6].',
  );
  expect(() => groupNorm(x, tf.ones([1, 6]), tf.zeros([1, 6]), { groups: 2 })).toThrow('takes scale and bias [2,6]');
});
