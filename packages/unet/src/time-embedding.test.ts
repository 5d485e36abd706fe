import '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { timeEmbedding } from './index';

beforeAll(() => tf.setBackend('cpu'));

test('the time embedding has sines before cosines', () => {
  const [dim, times] = [8, [0, 1, 37.5, 999]];
  const y = timeEmbedding(tf.tensor1d(times), dim).arraySync();
  for (const [row, t] of times.entries()) {
    const phase = [0, 1, 2, 3].map((i) => t * 10000 ** ((-2 * i) / dim));
    const expected = [...phase.map(Math.sin), ...phase.map(Math.cos)];
    // The phase is a float32: half a unit in the last place of 999 is 3e-5.
    expected.forEach((value, i) => {
      expect(Math.abs(y[row][i] - value)).toBeLessThan(1e-4);
    });
  }
});
