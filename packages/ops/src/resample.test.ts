import type { Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { checkOp, forCases, onEachBackend, random } from '../test/support';
import { maxPool2x, upsample2x } from './index';

describe('maxPool2x', () => {
  onEachBackend(() => {
    it('is the largest of each block, odd rows and columns left out, gradients too', () => {
      forCases({ b: [1, 3], h: [2, 7], w: [2, 7], c: [1, 3] }, ({ b, h, w, c }, seed) => {
        checkOp({
          inputs: [random(seed, [b, h, w, c])],
          op: (x) => maxPool2x(x as Tensor4D),
          formula: (x) => {
            const y: number[] = [];
            for (let image = 0; image < b; image++) {
              for (let row = 0; row + 1 < h; row += 2) {
                for (let column = 0; column + 1 < w; column += 2) {
                  for (let k = 0; k < c; k++) {
                    const at = (i: number, j: number) => x[((image * h + row + i) * w + column + j) * c + k];
                    y.push(Math.max(at(0, 0), at(0, 1), at(1, 0), at(1, 1)));
                  }
                }
              }
            }
            return Float64Array.from(y);
          },
        });
      });
    });

    it('gives the gradient of equal values to the first of them', () => {
      const x = tf.tensor4d([1, 1, 1, 1, 0, 2, 2, 2], [1, 2, 4, 1]); // rows 1 1 1 1 and 0 2 2 2
      const dx = tf.grad((t) => maxPool2x(t as Tensor4D))(x, tf.tensor4d([3, 5], [1, 1, 2, 1]));
      expect(Array.from(dx.dataSync())).toEqual([0, 0, 0, 0, 0, 3, 5, 0]);
    });
  });
});

describe('upsample2x', () => {
  onEachBackend(() => {
    for (const method of ['bilinear', 'nearest'] as const) {
      it(`is its formula: ${method}, gradients too`, () => {
        forCases({ b: [1, 3], h: [1, 5], w: [1, 5], c: [1, 3] }, ({ b, h, w, c }, seed) => {
          checkOp({
            inputs: [random(seed, [b, h, w, c])],
            op: (x) => upsample2x(x as Tensor4D, { method }),
            formula: (x) => {
              const y: number[] = [];
              const position = (out: number, size: number) =>
                method === 'nearest' ? Math.floor(out / 2) : (out * (size - 1)) / (2 * size - 1);
              const weight = (out: number, i: number, size: number) =>
                Math.max(0, 1 - Math.abs(position(out, size) - i));
              for (let image = 0; image < b; image++) {
                for (let row = 0; row < 2 * h; row++) {
                  for (let column = 0; column < 2 * w; column++) {
                    for (let k = 0; k < c; k++) {
                      let sum = 0;
                      for (let i = 0; i < h; i++) {
                        for (let j = 0; j < w; j++) {
                          sum += weight(row, i, h) * weight(column, j, w) * x[((image * h + i) * w + j) * c + k];
                        }
                      }
                      y.push(sum);
                    }
                  }
                }
              }
              return Float64Array.from(y);
            },
          });
        });
      });
    }
  });
});
