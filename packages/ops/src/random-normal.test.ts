import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { onEachBackend } from '../test/support';
import { normals, randomNormal, STREAMS } from './index';

describe('randomNormal', () => {
  onEachBackend(() => {
    it('gives each image its own numbers, whatever batch it is in', () => {
      const shape = [3, 5, 1] as const;
      const options = { seed: 11, step: 4, stream: STREAMS.samplingNoise };
      const together = randomNormal([3, ...shape], { ...options, indices: [7, 0, 9] });
      const alone = randomNormal([1, ...shape], { ...options, indices: [9] });
      const plain = normals({ ...options, index: 9, count: 15 });
      expect(together.shape).toEqual([3, 3, 5, 1]);
      expect(together.dataSync().slice(30)).toEqual(plain);
      expect(alone.dataSync()).toEqual(plain);
      tf.dispose([together, alone]);
    });
  });

  it('needs an index for each image', () => {
    expect(() => randomNormal([2, 3], { seed: 1, step: 0, indices: [1] })).toThrow('needs 2 indices, but got 1');
  });
});
