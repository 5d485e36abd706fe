import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { activations, checkOp, expectClose, forCases, onEachBackend, random } from '../test/support';
import { gelu, silu } from './index';

describe('gelu and silu', () => {
  onEachBackend(() => {
    it.each([
      ['gelu', gelu],
      ['silu', silu],
    ] as const)('%s is its formula, and its gradient the formula’s slope', (name, op) => {
      forCases({ rows: [1, 5], columns: [1, 7] }, ({ rows, columns }, seed) => {
        const formula = (x: Float64Array) => x.map(activations[name]);
        checkOp({ inputs: [random(seed, [rows, columns])], op: (x: Tensor) => op(x), formula, tolerance: 2e-6 });
      });
    });

    it.each([
      ['gelu', gelu],
      ['silu', silu],
    ] as const)('%s keeps its accuracy far from zero', (name, op) => {
      const x = Float64Array.from({ length: 161 }, (_, i) => (i - 80) / 10);
      const formula = (values: Float64Array) => values.map(activations[name]);
      checkOp({ inputs: [{ shape: [161], values: x }], op: (t: Tensor) => op(t), formula, tolerance: 2e-7 });
    });

    it('hands on what is not a number and what is infinite', () => {
      const y = gelu(tf.tensor1d([Number.NaN, 1e30, -20]));
      const values = y.dataSync();
      expect(values[0]).toBeNaN();
      expect(values[1]).toBe(Math.fround(1e30));
      expectClose(values.slice(2), [0], 1e-9);
      y.dispose();
    });
  });
});
