import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { expectClose, onEachBackend, random, toTensor } from '../test/support';
import { globalNorm } from './index';

describe('globalNorm', () => {
  onEachBackend(() => {
    it('is the root of the sum of all squares, whatever the shapes', () => {
      const shapes = [[3, 4], [], [1], [2, 5, 3]];
      const numbers = shapes.map((shape, i) => random(1, shape, i));
      const tensors = numbers.map(toTensor);
      const before = tf.memory().numTensors;
      const norm = globalNorm(tensors);
      expect(tf.memory().numTensors - before).toBe(1);
      expect(norm.shape).toEqual([]);
      expectClose(norm.dataSync(), [Math.hypot(...numbers.flatMap(({ values }) => [...values]))], 1e-6);
      tf.dispose([...tensors, norm]);
    });

    it('of nothing is 0', () => {
      expect(globalNorm([]).dataSync()[0]).toBe(0);
    });
  });
});
