import { type Activation, groupNorm, layerNorm } from '@denoiser/ops';
import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { describe, it } from 'vitest';
import { expectAgreement, values } from './harness';

describe('groupNorm', () => {
  it('agrees with the reference with any residual, activation and number of groups, and its gradients do', () => {
    const shape = fc.record({
      batch: fc.integer({ min: 1, max: 3 }),
      height: fc.integer({ min: 1, max: 30 }),
      width: fc.integer({ min: 2, max: 12 }),
      groups: fc.integer({ min: 1, max: 4 }),
      perGroup: fc.integer({ min: 1, max: 9 }),
      withResidual: fc.boolean(),
      activation: fc.constantFrom<Activation>('linear', 'gelu', 'silu'),
    });
    fc.assert(
      fc.property(shape, ({ batch, height, width, groups, perGroup, withResidual, activation }) => {
        const channels = groups * perGroup;
        const dims = [batch, height, width, channels];
        expectAgreement(
          () => {
            const inputs = [values(dims, 1), values([channels], 2), values([channels], 3), values(dims, 4)];
            const f = (...[x, scale, bias, residual]: tf.Tensor[]) =>
              groupNorm(x as tf.Tensor4D, scale as tf.Tensor1D, bias as tf.Tensor1D, {
                groups,
                activation,
                residual: residual as tf.Tensor4D | undefined,
              });
            const used = inputs.slice(0, withResidual ? 4 : 3);
            return [f(...used), ...tf.grads(f)(used, values(dims, 5))];
          },
          // Two-pixel groups divide by small deviations: the reference's own rounding is that large.
          { tolerance: 1e-4 },
        );
      }),
      { numRuns: 25 },
    );
  });

  it('loses no digits to a large mean', () => {
    expectAgreement(
      () =>
        groupNorm(
          tf.add(tf.mul(values([1, 40, 40, 8], 1), 1), 100) as tf.Tensor4D,
          values([8], 2) as tf.Tensor1D,
          values([8], 3) as tf.Tensor1D,
          { groups: 1 },
        ),
      { tolerance: 1e-4 },
    );
  });
});

describe('layerNorm', () => {
  it('agrees with the reference, and its gradients do', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 2, max: 70 }), (rows, channels) => {
        expectAgreement(
          () => {
            const inputs = [values([rows, channels], 1), values([channels], 2), values([channels], 3)];
            const f = (...[x, scale, bias]: tf.Tensor[]) =>
              layerNorm(x as tf.Tensor, scale as tf.Tensor1D, bias as tf.Tensor1D);
            return [f(...inputs), ...tf.grads(f)(inputs, values([rows, channels], 5))];
          },
          { tolerance: 1e-4 },
        );
      }),
      { numRuns: 15 },
    );
  });
});
