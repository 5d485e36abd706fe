import { linear } from '@denoiser/ops';
import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expectAgreement, values } from './harness';

const size = fc.integer({ min: 1, max: 40 });

describe('matMul', () => {
  it('agrees with the reference in all transpositions and broadcasts of the batch', () => {
    const batches = fc.constantFrom<[number[], number[]]>([[], []], [[3], [3]], [[3], [1]], [[1], [3]]);
    fc.assert(
      fc.property(size, size, size, fc.boolean(), fc.boolean(), batches, (m, n, k, ta, tb, [outerA, outerB]) => {
        expectAgreement(() => {
          const a = values([...outerA, ...(ta ? [k, m] : [m, k])], 1);
          const b = values([...outerB, ...(tb ? [n, k] : [k, n])], 2);
          return tf.matMul(a, b, ta, tb);
        });
      }),
      { numRuns: 25 },
    );
  });

  it('repeats both operands along different axes of the batch', () => {
    const a = () => tf.tile(values([2, 1, 5, 4], 1), [1, 3, 1, 1]);
    const b = () => tf.tile(values([1, 3, 4, 6], 2), [2, 1, 1, 1]);
    tf.setBackend('fused1');
    const [broadcast, tiled] = tf.tidy(() => [
      tf.matMul(values([2, 1, 5, 4], 1), values([1, 3, 4, 6], 2)).dataSync(),
      tf.matMul(a(), b()).dataSync(),
    ]);
    expect(broadcast).toEqual(tiled);
  });

  it('adds up long rows in blocks', () => {
    expectAgreement(() => tf.matMul(values([7, 1500], 1), values([1500, 19], 2)));
    expectAgreement(() => tf.matMul(values([1500, 13], 1), values([1500, 19], 2), true, false));
  });

  it('takes empty matrices', () => {
    expectAgreement(() => tf.matMul(tf.zeros([0, 3]), tf.zeros([3, 2])));
    expectAgreement(() => tf.matMul(tf.zeros([2, 0]), tf.zeros([0, 5])));
  });

  it('says which inner sizes differ', () => {
    tf.setBackend('fused1');
    expect(() => tf.matMul(tf.zeros([2, 3]), tf.zeros([4, 2]))).toThrow(/inner/i);
  });
});

describe('fused matMul', () => {
  it('adds a bias, and leaves activations to tfjs', () => {
    const o = { a: values([5, 9], 1) as tf.Tensor2D, b: values([9, 11], 2) as tf.Tensor2D, bias: values([11], 3) };
    expectAgreement(() => tf.fused.matMul(o));
    expectAgreement(() => tf.fused.matMul({ ...o, activation: 'relu' }), { fallback: true });
  });
});

describe('linear', () => {
  it('agrees with the reference, and its gradients do', () => {
    fc.assert(
      fc.property(size, size, size, fc.boolean(), (rows, from, to, withBias) => {
        expectAgreement(() => {
          const inputs = [values([2, rows, from], 1), values([from, to], 2), values([to], 3)].slice(
            0,
            withBias ? 3 : 2,
          );
          const dy = values([2, rows, to], 4);
          const y = linear(...(inputs as [tf.Tensor, tf.Tensor2D, tf.Tensor1D]));
          const grads = tf.grads((x, w, b) => linear(x as tf.Tensor, w as tf.Tensor2D, b as tf.Tensor1D));
          return [y, ...grads(inputs, dy)];
        });
      }),
      { numRuns: 15 },
    );
  });
});
