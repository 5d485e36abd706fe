import type { Tensor3D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { checkOp, expectClose, forCases, onEachBackend, random, toTensor } from '../test/support';
import { Attention, attention } from './index';

describe('attention', () => {
  onEachBackend(() => {
    it('is its formula for any number of heads, rows and keys, gradients too', () => {
      forCases({ b: [1, 2], n: [1, 5], m: [1, 6], heads: [1, 3], width: [1, 4] }, ({ b, n, m, heads, width }, seed) => {
        const c = heads * width;
        checkOp({
          inputs: [random(seed, [b, n, c]), random(seed, [b, m, c], 1), random(seed, [b, m, c], 2)],
          op: (q, k, v) => attention(q as Tensor3D, k as Tensor3D, v as Tensor3D, { heads }),
          formula: (q, k, v) => formula(q, k, v, { b, n, m, heads, width }).y,
        });
      });
    });

    it('gives the logarithm of each row’s sum, as kernels of other backends do', () => {
      const [b, n, m, heads, width] = [2, 3, 5, 2, 3];
      const numbers = [random(3, [b, n, 6]), random(3, [b, m, 6], 1), random(3, [b, m, 6], 2)];
      const [q, k, v] = numbers.map(toTensor);
      attention(q as Tensor3D, k as Tensor3D, v as Tensor3D, { heads }); // registers the reference
      const [, logSumExp] = tf.engine().runKernel(Attention, { q, k, v }, { heads }) as unknown as Tensor3D[];
      const [qs, ks, vs] = numbers.map(({ values }) => values);
      expect(logSumExp.shape).toEqual([b, heads, n]);
      expectClose(logSumExp.dataSync(), formula(qs, ks, vs, { b, n, m, heads, width }).logSumExp, 1e-6);
    });

    it('holds for scores far apart', () => {
      const q = tf.tensor3d([[[100], [-100]]]);
      const k = tf.tensor3d([[[1], [-1], [0]]]);
      const v = tf.tensor3d([[[2], [3], [5]]]);
      expectClose(attention(q, k, v, { heads: 1 }).dataSync(), [2, 3], 1e-6);
    });
  });
});

function formula(
  q: Float64Array,
  k: Float64Array,
  v: Float64Array,
  { b, n, m, heads, width }: { b: number; n: number; m: number; heads: number; width: number },
): { y: Float64Array; logSumExp: Float64Array } {
  const c = heads * width;
  const y = new Float64Array(b * n * c);
  const logSumExp = new Float64Array(b * heads * n);
  for (let image = 0; image < b; image++) {
    for (let head = 0; head < heads; head++) {
      for (let row = 0; row < n; row++) {
        const scores = Array.from({ length: m }, (_, key) => {
          let dot = 0;
          for (let i = head * width; i < (head + 1) * width; i++) {
            dot += q[(image * n + row) * c + i] * k[(image * m + key) * c + i];
          }
          return dot / Math.sqrt(width);
        });
        const sum = scores.reduce((total, s) => total + Math.exp(s), 0);
        logSumExp[(image * heads + head) * n + row] = Math.log(sum);
        for (let i = head * width; i < (head + 1) * width; i++) {
          y[(image * n + row) * c + i] = scores.reduce(
            (total, s, key) => total + (Math.exp(s) / sum) * v[(image * m + key) * c + i],
            0,
          );
        }
      }
    }
  }
  return { y, logSumExp };
}
