import { gelu, linearCombination, silu } from '@denoiser/ops';
import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { describe, it } from 'vitest';
import { expectAgreement, values } from './harness';

const dims = fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 0, maxLength: 4 });

describe('arithmetic', () => {
  it('broadcasts as tfjs does', () => {
    const operations = [tf.add, tf.sub, tf.mul, tf.div, tf.maximum, tf.minimum, tf.squaredDifference];
    const repeated = fc.tuple(dims, fc.array(fc.boolean(), { minLength: 8, maxLength: 8 }), fc.boolean());
    fc.assert(
      fc.property(repeated, ([shape, ones, swap]) => {
        const a = shape.map((size, i) => (ones[i] ? 1 : size));
        const b = shape.map((size, i) => (ones[i + 4] ? 1 : size)).slice(ones[7] ? 1 : 0);
        expectAgreement(() =>
          operations.map((f) => (swap ? f(values(b, 2), values(a, 1)) : f(values(a, 1), values(b, 2)))),
        );
      }),
      { numRuns: 25 },
    );
  });

  it('handles rows longer than a chunk', () => {
    expectAgreement(() => [tf.add(values([40_003], 1), values([40_003], 2)), tf.mul(values([2, 20_001], 1), 3)]);
  });
});

describe('maps', () => {
  it('agree with the reference', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 40 }), (size) => {
        expectAgreement(
          () => {
            const x = tf.mul(values([size], 1), 6);
            const positive = tf.add(tf.abs(x), 0.1);
            const any = [tf.exp, gelu, silu, tf.sigmoid, tf.neg, tf.abs, tf.square, tf.relu, tf.sin, tf.cos];
            const rest = [tf.sqrt, tf.rsqrt, tf.reciprocal].map((f) => f(positive));
            return [...any.map((f) => f(x)), ...rest, tf.clipByValue(x, -1, 2)];
            // tfjs's erf, in the reference of gelu, is good to 1.5e-7 times x.
          },
          { tolerance: 1e-6, floor: 1 },
        );
      }),
      { numRuns: 10 },
    );
  });

  it('give erf to the 1.5e-7 that tfjs gives it to', () => {
    expectAgreement(() => tf.erf(tf.linspace(-5, 5, 201)), { tolerance: 6e-7, fallback: true });
  });

  it('know infinity, zero and NaN', () => {
    expectAgreement(() => {
      const x = tf.tensor1d([Number.NaN, 100, 88.5, 88, -88, -100, 0, -0, 1e30, -1e30, 1, -1]);
      return [tf.exp(x), tf.sigmoid(x), tf.relu(x), tf.clipByValue(x, -2, 2)];
    });
    expectAgreement(() => {
      const x = tf.tensor1d([Number.NaN, 14, -14, 40, -40, 0]);
      return [gelu(x), silu(x)];
    });
  });

  it('have the gradients of the reference', () => {
    expectAgreement(() => {
      const x = tf.mul(values([133], 1), 3);
      return [gelu, silu].map((f) => tf.grad((a: tf.Tensor) => f(a))(x, values([133], 2)));
    });
  });
});

describe('sums', () => {
  it('over any run of axes', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 3, maxLength: 3 }),
        fc.boolean(),
        (s, keep) => {
          for (const axis of [0, 1, 2, [0, 1], [1, 2], [0, 1, 2]])
            expectAgreement(() => [tf.sum(values(s, 1), axis, keep), tf.mean(values(s, 1), axis, keep)], {
              tolerance: 1e-4,
            });
        },
      ),
      { numRuns: 6 },
    );
    expectAgreement(
      () => [tf.sum(values([70_001], 1)), tf.mean(values([300, 70], 1)), tf.sum(values([700, 7], 1), 0)],
      {
        tolerance: 1e-4,
      },
    );
  });

  it('of tensors with coefficients, clipped', () => {
    expectAgreement(() => {
      const tensors = [values([3, 7], 1), values([3, 7], 2), tf.fill([3, 7], Number.NaN)];
      return [
        linearCombination(tensors, [0.3, -2, 0]),
        linearCombination(tensors, [0.3, -2, 0], { clip: [-1, 1] }),
        tf.addN(tensors.slice(0, 2)),
      ];
    });
  });
});
