import { describe, it } from 'vitest';
import { checkOp, forCases, onEachBackend, random } from '../test/support';
import { meanSquaredError } from './index';

describe('meanSquaredError', () => {
  onEachBackend(() => {
    it('is its formula, gradients too', () => {
      forCases({ rows: [1, 4], columns: [1, 5] }, ({ rows, columns }, seed) => {
        checkOp({
          inputs: [random(seed, [rows, columns]), random(seed, [rows, columns], 1)],
          op: meanSquaredError,
          formula: (a, b) => Float64Array.of(a.reduce((sum, v, i) => sum + (v - b[i]) ** 2, 0) / a.length),
        });
      });
    });
  });
});
