import type { Tensor1D } from '@tensorflow/tfjs-core';
import { describe, it } from 'vitest';
import { checkOp, forCases, onEachBackend, random } from '../test/support';
import { layerNorm } from './index';

describe('layerNorm', () => {
  onEachBackend(() => {
    it('is its formula over the last axis, for matrices and for tokens, gradients too', () => {
      forCases({ b: [1, 3], n: [1, 4], c: [1, 6], rank: [2, 3] }, ({ b, n, c, rank }, seed) => {
        checkOp({
          inputs: [random(seed, rank === 2 ? [n, c] : [b, n, c]), random(seed, [c], 1), random(seed, [c], 2)],
          op: (x, scale, bias) => layerNorm(x, scale as Tensor1D, bias as Tensor1D, { epsilon: 1e-2 }),
          formula,
        });
      });
    });
  });
});

function formula(x: Float64Array, scale: Float64Array, bias: Float64Array): Float64Array {
  const y = new Float64Array(x.length);
  for (let start = 0; start < x.length; start += scale.length) {
    const row = x.subarray(start, start + scale.length);
    const mean = row.reduce((a, b) => a + b, 0) / row.length;
    const variance = row.reduce((a, b) => a + (b - mean) ** 2, 0) / row.length;
    row.forEach((v, c) => {
      y[start + c] = ((v - mean) / Math.sqrt(variance + 1e-2)) * scale[c] + bias[c];
    });
  }
  return y;
}
