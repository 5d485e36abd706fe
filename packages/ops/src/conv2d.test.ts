import type { Tensor, Tensor1D, Tensor4D } from '@tensorflow/tfjs-core';
import { describe, it } from 'vitest';
import { checkOp, forCases, onEachBackend, random } from '../test/support';
import { conv2d } from './index';

describe('conv2d', () => {
  onEachBackend(() => {
    for (const [kernel, padding, stride] of [
      [3, 1, 1],
      [1, 0, 1],
      [3, 0, 1],
      [2, 1, 1],
      [3, 1, 2],
      [2, 0, 2],
      [1, 0, 2],
      [3, 2, 1],
      [5, 2, 2],
    ] as const) {
      it(`is its formula for ${kernel}×${kernel}, padding ${padding}, stride ${stride}, gradients too`, () => {
        forCases({ b: [1, 3], h: [kernel, 6], w: [kernel, 6], from: [1, 3], to: [1, 3] }, (n, seed) => {
          const filter = [kernel, kernel, n.from, n.to];
          checkOp({
            inputs: [random(seed, [n.b, n.h, n.w, n.from]), random(seed, filter, 1), random(seed, [n.to], 2)],
            op: (x, f, bias?: Tensor) =>
              conv2d(x as Tensor4D, f as Tensor4D, { stride, padding, bias: bias as Tensor1D }),
            formula: (x, f, bias) => formula(x, f, bias, { ...n, kernel, padding, stride }),
          });
        });
      });
    }
  }, ['cpu']);
});

function formula(x: Float64Array, f: Float64Array, bias: Float64Array, n: Record<string, number>): Float64Array {
  const height = Math.floor((n.h + 2 * n.padding - n.kernel) / n.stride) + 1;
  const width = Math.floor((n.w + 2 * n.padding - n.kernel) / n.stride) + 1;
  const y: number[] = [];
  for (let b = 0; b < n.b; b++) {
    for (let row = 0; row < height; row++) {
      for (let column = 0; column < width; column++) {
        for (let o = 0; o < n.to; o++) {
          let sum = bias[o];
          for (let i = 0; i < n.kernel; i++) {
            for (let j = 0; j < n.kernel; j++) {
              const [r, c] = [row * n.stride + i - n.padding, column * n.stride + j - n.padding];
              if (r < 0 || r >= n.h || c < 0 || c >= n.w) continue;
              for (let k = 0; k < n.from; k++) {
                sum += x[((b * n.h + r) * n.w + c) * n.from + k] * f[((i * n.kernel + j) * n.from + k) * n.to + o];
              }
            }
          }
          y.push(sum);
        }
      }
    }
  }
  return Float64Array.from(y);
}
