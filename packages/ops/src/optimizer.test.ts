import '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { adamWStep } from './index';

it('adamWStep says which lists differ', () => {
  const lists = { parameters: [tf.variable(tf.zeros([1]))], gradients: [], firstMoments: [], secondMoments: [] };
  expect(() => adamWStep({ ...lists, step: 1 })).toThrow('1 parameters and 0 gradients');
});
