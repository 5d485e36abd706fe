import type { Tensor2D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { describe, it } from 'vitest';
import { checkOp, forCases, onEachBackend, random } from '../test/support';
import { embedding } from './index';

describe('embedding', () => {
  onEachBackend(() => {
    it('gives rows by number and zeros for −1; rows that come twice add up in the gradient', () => {
      forCases({ n: [1, 6], rows: [1, 4], c: [1, 3] }, ({ n, rows, c }, seed) => {
        const numbers = Int32Array.from({ length: n }, (_, i) => ((seed + i * 7) % (rows + 1)) - 1);
        const indices = tf.tensor1d(numbers, 'int32');
        checkOp({
          inputs: [random(seed, [rows, c])],
          op: (table) => embedding(table as Tensor2D, indices),
          formula: (table) =>
            new Float64Array(n * c).map((_, i) => {
              const row = numbers[Math.floor(i / c)];
              return row < 0 ? 0 : table[row * c + (i % c)];
            }),
        });
        indices.dispose();
      });
    });
  });
});
