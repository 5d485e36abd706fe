import { expect, test } from 'vitest';
import { boundMs } from './roofline';

test('a kernel is bound by its arithmetic or by its bytes, whichever takes longer', () => {
  const kernel = { calls: 1, dispatches: 1, shaders: {} };
  const kernels = { product: { ...kernel, flops: 4e9, bytes: 1e6 }, sum: { ...kernel, flops: 1e6, bytes: 3e8 } };
  // 4 GFLOP at 1 TFLOP/s, then 300 MB at 100 GB/s
  expect(boundMs({ kernels }, { f32: 1e12, bytesPerSecond: 1e11 })).toBeCloseTo(4 + 3, 10);
});
