import type { Tensor, Tensor1D, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { activations, checkOp, forCases, onEachBackend, random, sizeOf } from '../test/support';
import { type Activation, groupNorm } from './index';

describe('groupNorm', () => {
  onEachBackend(() => {
    for (const activation of ['linear', 'gelu', 'silu'] as const) {
      for (const withResidual of [false, true]) {
        it(`is its formula with ${activation}${withResidual ? ' and a residual' : ''}, gradients too`, () => {
          forCases({ b: [1, 2], h: [1, 3], w: [2, 3], groups: [1, 3], width: [1, 3] }, (n, seed) => {
            const shape = [n.b, n.h, n.w, n.groups * n.width];
            const channels = [n.groups * n.width];
            const inputs = [random(seed, shape), random(seed, channels, 1), random(seed, channels, 2)];
            if (withResidual) inputs.push(random(seed, shape, 3));
            checkOp({
              inputs,
              op: (x, scale, bias, residual?: Tensor) =>
                groupNorm(x as Tensor4D, scale as Tensor1D, bias as Tensor1D, {
                  groups: n.groups,
                  epsilon: 1e-2, // so that two pixels that happen to be equal don't magnify rounding
                  activation,
                  residual: residual as Tensor4D | undefined,
                }),
              formula: (x, scale, bias, residual) =>
                formula(shape, n.groups, 1e-2, activation, x, scale, bias, residual),
            });
          });
        });
      }
    }

    it('normalizes large images to mean 0 and variance 1, however far from 0 they are', () => {
      const x = tf.add(
        tf.tensor4d(Float32Array.from(random(1, [2, 32, 32, 8]).values), [2, 32, 32, 8]),
        50,
      ) as Tensor4D;
      const y = groupNorm(x, tf.ones([8]), tf.zeros([8]), { groups: 1 });
      const { mean, variance } = tf.moments(y, [1, 2, 3]);
      for (const value of mean.dataSync()) expect(Math.abs(value)).toBeLessThan(1e-4);
      for (const value of variance.dataSync()) expect(Math.abs(value - 1)).toBeLessThan(1e-4);
      tf.dispose([x, y, mean, variance]);
    });
  });

  it('says which groups don’t fit', () => {
    const x = tf.zeros([1, 2, 2, 6]) as Tensor4D;
    expect(() => groupNorm(x, tf.ones([6]), tf.zeros([6]), { groups: 4 })).toThrow(
      "groupNorm can't split 6 channels into 4 groups.",
    );
  });
});

function formula(
  shape: number[],
  groups: number,
  epsilon: number,
  activation: Activation,
  x: Float64Array,
  scale: Float64Array,
  bias: Float64Array,
  residual?: Float64Array,
): Float64Array {
  const [batch, h, w, channels] = shape;
  const width = channels / groups;
  const y = new Float64Array(sizeOf(shape));
  for (let b = 0; b < batch; b++) {
    for (let g = 0; g < groups; g++) {
      const places: number[] = [];
      for (let p = 0; p < h * w; p++)
        for (let c = 0; c < width; c++) places.push((b * h * w + p) * channels + g * width + c);
      const mean = places.reduce((sum, i) => sum + x[i], 0) / places.length;
      const variance = places.reduce((sum, i) => sum + (x[i] - mean) ** 2, 0) / places.length;
      for (const i of places) {
        const z = ((x[i] - mean) / Math.sqrt(variance + epsilon)) * scale[i % channels] + bias[i % channels];
        y[i] = activations[activation](z + (residual ? residual[i] : 0));
      }
    }
  }
  return y;
}
