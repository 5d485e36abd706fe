import { type TensorEntry, toFloat32Array } from '@denoiser/safetensors';
import { expect, test } from 'vitest';
import { firstNotFinite } from './finite';

const patterns = { F16: 2 ** 16, BF16: 2 ** 16, F8_E4M3: 2 ** 8, F8_E5M2: 2 ** 8 } as const;

test.each(Object.keys(patterns) as (keyof typeof patterns)[])(
  'what is not finite in %s is found by its bits',
  (dtype) => {
    const count = patterns[dtype];
    const all = Array.from({ length: count }, (_, i) => i);
    const data = count === 256 ? Uint8Array.from(all) : Uint16Array.from(all);
    const values = toFloat32Array({ dtype, shape: [count], data } as TensorEntry);
    const wrong = all.filter(
      (i) => Number.isFinite(values[i]) !== firstNotFinite({ dtype, data: data.subarray(i, i + 1) }) < 0,
    );
    expect(wrong).toEqual([]);
  },
);

test('integers are finite', () => {
  expect(firstNotFinite({ dtype: 'U64', data: BigUint64Array.of(2n ** 64n - 1n) })).toBe(-1);
  expect(firstNotFinite({ dtype: 'F64', data: Float64Array.of(1, Number.NaN) })).toBe(1);
});
