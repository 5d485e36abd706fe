import type { Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { describe, it } from 'vitest';
import { checkOp, forCases, onEachBackend, random } from '../test/support';
import { linear } from './index';

describe('linear', () => {
  onEachBackend(() => {
    for (const withBias of [false, true]) {
      it(`is its formula for any rank${withBias ? ', with a bias' : ''}, gradients too`, () => {
        forCases({ b: [1, 3], n: [1, 4], from: [1, 5], to: [1, 5], rank: [1, 3] }, ({ b, n, from, to, rank }, seed) => {
          const shape = [b, n, from].slice(3 - rank);
          const inputs = [random(seed, shape), random(seed, [from, to], 1)];
          if (withBias) inputs.push(random(seed, [to], 2));
          checkOp({
            inputs,
            op: (x, weight, bias?: Tensor) => linear(x, weight as Tensor2D, bias as Tensor1D | undefined),
            formula: (x, weight, bias) =>
              new Float64Array((x.length / from) * to).map((_, i) => {
                const row = Math.floor(i / to);
                let sum = bias ? bias[i % to] : 0;
                for (let j = 0; j < from; j++) sum += x[row * from + j] * weight[j * to + (i % to)];
                return sum;
              }),
          });
        });
      });
    }
  });
});
