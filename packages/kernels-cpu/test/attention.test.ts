import { attention } from '@denoiser/ops';
import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { describe, it } from 'vitest';
import { expectAgreement, values } from './harness';

function everything(batch: number, n: number, m: number, heads: number, width: number, size = 1) {
  return () => {
    const channels = heads * width;
    const inputs = [
      tf.mul(values([batch, n, channels], 1), size),
      values([batch, m, channels], 2),
      values([batch, m, channels], 3),
    ];
    const f = (...[q, k, v]: tf.Tensor[]) => attention(q as tf.Tensor3D, k as tf.Tensor3D, v as tf.Tensor3D, { heads });
    return [f(...inputs), ...tf.grads(f)(inputs, values([batch, n, channels], 4))];
  };
}

describe('attention', () => {
  it('agrees with the reference on any sizes, and its gradients do', () => {
    const size = fc.integer({ min: 1, max: 70 });
    const few = fc.integer({ min: 1, max: 3 });
    fc.assert(
      fc.property(few, size, size, few, fc.integer({ min: 1, max: 20 }), (batch, n, m, heads, width) => {
        expectAgreement(everything(batch, n, m, heads, width), { tolerance: 2e-5, floor: 0.1 });
      }),
      { numRuns: 20 },
    );
  });

  it('goes through more keys and queries than fit in one block', () => {
    expectAgreement(everything(1, 301, 530, 2, 16), { tolerance: 2e-5, floor: 0.1 });
  });

  it('keeps scores apart that would overflow the exponential', () => {
    expectAgreement(everything(1, 20, 300, 1, 8, 60), { tolerance: 1e-4 });
  });
});
