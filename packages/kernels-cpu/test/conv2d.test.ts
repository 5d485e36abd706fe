import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { describe, it } from 'vitest';
import { expectAgreement, values } from './harness';

/** Forward and both gradients. */
function everything(x: number[], filter: number[], stride: number, pad: 'same' | 'valid', dilation = 1) {
  return () => {
    const inputs: [tf.Tensor4D, tf.Tensor4D] = [values(x, 1) as tf.Tensor4D, values(filter, 2) as tf.Tensor4D];
    const f = (a: tf.Tensor, b: tf.Tensor) =>
      tf.conv2d(a as tf.Tensor4D, b as tf.Tensor4D, stride, pad, 'NHWC', dilation);
    const y = f(...inputs);
    if (dilation > 1) return [y];
    return [y, ...tf.grads(f)(inputs, values(y.shape, 3))];
  };
}

describe('conv2d', () => {
  it('agrees with the reference on any shape, forward and by both inputs', () => {
    const shape = fc.record({
      batch: fc.integer({ min: 1, max: 3 }),
      height: fc.integer({ min: 3, max: 11 }),
      width: fc.integer({ min: 3, max: 11 }),
      from: fc.integer({ min: 1, max: 13 }),
      to: fc.integer({ min: 1, max: 19 }),
      kernel: fc.constantFrom(1, 2, 3),
      stride: fc.constantFrom(1, 2),
      pad: fc.constantFrom<'same' | 'valid'>('same', 'valid'),
    });
    fc.assert(
      fc.property(shape, ({ batch, height, width, from, to, kernel, stride, pad }) => {
        expectAgreement(everything([batch, height, width, from], [kernel, kernel, from, to], stride, pad));
      }),
      { numRuns: 25 },
    );
  });

  // Winograd's transforms multiply by up to 8 and add with signs: three to four bits are lost.
  it('agrees where Winograd tiles are used, whole and cut', () => {
    const shape = fc.record({
      batch: fc.integer({ min: 1, max: 3 }),
      height: fc.integer({ min: 3, max: 14 }),
      width: fc.integer({ min: 3, max: 14 }),
      from: fc.integer({ min: 1, max: 5 }),
      to: fc.integer({ min: 1, max: 5 }),
      pad: fc.constantFrom<'same' | 'valid'>('same', 'valid'),
    });
    fc.assert(
      fc.property(shape, ({ batch, height, width, from, to, pad }) => {
        expectAgreement(everything([batch, height, width, 8 * from], [3, 3, 8 * from, 8 * to], 1, pad), {
          tolerance: 2e-5,
        });
      }),
      { numRuns: 20 },
    );
    expectAgreement(everything([2, 9, 10, 12], [3, 3, 12, 16], 1, 'same'), { tolerance: 2e-5 });
  });

  it('keeps the packed filter of a second run until the filter changes', () => {
    expectAgreement(
      () => {
        const x = values([1, 8, 8, 8], 1) as tf.Tensor4D;
        const filter = tf.variable(values([3, 3, 8, 8], 2)) as unknown as tf.Tensor4D & tf.Variable;
        const runs = [0, 1, 2].map(() => tf.conv2d(x, filter, 1, 'same'));
        filter.assign(values([3, 3, 8, 8], 5) as tf.Tensor4D);
        const after = [0, 1, 2].map(() => tf.conv2d(x, filter, 1, 'same'));
        filter.dispose();
        return [...runs, ...after];
      },
      { tolerance: 2e-5 },
    );
  });

  it('dilates, and takes a fused bias', () => {
    expectAgreement(everything([1, 9, 9, 4], [3, 3, 4, 8], 1, 'same', 2));
    expectAgreement(() =>
      tf.fused.conv2d({
        x: values([2, 6, 6, 8], 1) as tf.Tensor4D,
        filter: values([3, 3, 8, 8], 2) as tf.Tensor4D,
        strides: 1,
        pad: 'same',
        bias: values([8], 3),
      }),
    );
  });
});
