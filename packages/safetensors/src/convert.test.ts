import { expect, test } from 'vitest';
import { convertTensor, type FloatDType, type TensorEntry, toFloat32Array } from './index';

/** What a pattern of bits stands for, from the definition: IEEE 754-2019, 3.4, field by field. */
function meaning(text: string, exponentBits: number, hasInfinities: boolean): number {
  const sign = text[0] === '1' ? -1 : 1;
  const exponent = text.slice(1, 1 + exponentBits);
  const fraction = text.slice(1 + exponentBits);
  const bias = 2 ** (exponentBits - 1) - 1;
  const isHighest = !exponent.includes('0');
  if (isHighest && hasInfinities) return fraction.includes('1') ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  if (isHighest && !fraction.includes('0')) return Number.NaN;
  let significand = exponent.includes('1') ? 1 : 0;
  for (const [i, bit] of [...fraction].entries()) if (bit === '1') significand += 2 ** -(i + 1);
  return sign * significand * 2 ** (Math.max(Number.parseInt(exponent, 2), 1) - bias);
}

const formats = {
  F16: { bits: 16, exponentBits: 5, hasInfinities: true },
  BF16: { bits: 16, exponentBits: 8, hasInfinities: true },
  F8_E4M3: { bits: 8, exponentBits: 4, hasInfinities: false },
  F8_E5M2: { bits: 8, exponentBits: 5, hasInfinities: true },
} as const;

function all(dtype: keyof typeof formats): { tensor: TensorEntry; expected: number[] } {
  const { bits, exponentBits, hasInfinities } = formats[dtype];
  const patterns = Array.from({ length: 2 ** bits }, (_, i) => i);
  const expected = patterns.map((i) => meaning(i.toString(2).padStart(bits, '0'), exponentBits, hasInfinities));
  const data = bits === 16 ? Uint16Array.from(patterns) : Uint8Array.from(patterns);
  return { tensor: { dtype, shape: [patterns.length], data } as TensorEntry, expected };
}

/** Places where two lists differ, minus zero not being zero. */
const differences = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.from(a, (_, i) => i).filter((i) => !Object.is(a[i], b[i]));

test.each(Object.keys(formats) as (keyof typeof formats)[])(
  'each pattern of %s is the number of the definition',
  (dtype) => {
    const { tensor, expected } = all(dtype);
    expect(differences(toFloat32Array(tensor), expected)).toEqual([]);
  },
);

test('the numbers of the 8-bit formats’ paper', () => {
  const values = (dtype: 'F8_E4M3' | 'F8_E5M2', ...patterns: number[]) => [
    ...toFloat32Array({ dtype, shape: [patterns.length], data: Uint8Array.from(patterns) }),
  ];
  // Table 1 of arXiv:2209.05433: NaN, largest, smallest normal, largest and smallest subnormal.
  expect(values('F8_E4M3', 0x7f, 0xff, 0x7e, 0x08, 0x07, 0x01, 0x80)).toEqual([
    ...[Number.NaN, Number.NaN, 448, 2 ** -6, 0.875 * 2 ** -6, 2 ** -9, -0],
  ]);
  expect(values('F8_E5M2', 0x7c, 0xfc, 0x7d, 0x7b, 0x04, 0x03, 0x01)).toEqual([
    ...[Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN, 57344, 2 ** -14, 0.75 * 2 ** -14, 2 ** -16],
  ]);
});

const f64 = (...values: number[]): TensorEntry => ({
  dtype: 'F64',
  shape: [values.length],
  data: Float64Array.from(values),
});
const rounded = (dtype: FloatDType, tensor: TensorEntry) => convertTensor(tensor, dtype).data;

test.each(['F16', 'BF16'] as const)('each number of %s comes back with the same bits', (dtype) => {
  const { tensor, expected } = all(dtype);
  const data = tensor.data as Uint16Array;
  const back = rounded(dtype, { dtype: 'F32', shape: tensor.shape, data: toFloat32Array(tensor) });
  const finiteOrInfinite = (_: unknown, i: number) => !Number.isNaN(expected[i]);
  expect([...back].filter(finiteOrInfinite)).toEqual([...data].filter(finiteOrInfinite));
  const again = toFloat32Array({ dtype, shape: tensor.shape, data: back as Uint16Array });
  expect(differences(again, expected)).toEqual([]);
});

test.each(['F16', 'BF16'] as const)(
  'between two neighbours of %s the nearer one is taken, in the middle the even one',
  (dtype) => {
    const { expected } = all(dtype);
    const infinite = expected.indexOf(Number.POSITIVE_INFINITY);
    // The place of the next number, were there one, takes what is nearer to it than to the largest: that is where infinity begins.
    const value = (i: number) => (i < infinite ? expected[i] : 2 * expected[i - 1] - expected[i - 2]);
    const patterns = Array.from({ length: infinite }, (_, i) => i);
    const middles = patterns.map((i) => (value(i) + value(i + 1)) / 2);
    const even = patterns.map((i) => i + (i % 2));
    const sign = 0x8000;
    const nextTo = (values: number[], share: number) => values.map((middle) => middle * (1 + share));
    expect([...rounded(dtype, f64(...middles))]).toEqual(even);
    expect([...rounded(dtype, f64(...middles.map((x) => -x)))]).toEqual(even.map((i) => i + sign));
    // The nearest float64 on each side: no rounding to float32 comes before.
    expect([...rounded(dtype, f64(...nextTo(middles, -(2 ** -52))))]).toEqual(patterns);
    expect([...rounded(dtype, f64(...nextTo(middles, 2 ** -52)))]).toEqual(patterns.map((i) => i + 1));
  },
);

test('what is too large becomes infinite, NaN stays, and so does the sign of zero', () => {
  const special = f64(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e300, -1e300, 5e-324, -0);
  const bits = (dtype: FloatDType) => [...rounded(dtype, special)].map((word) => (word as number).toString(16));
  expect(bits('F16')).toEqual(['7e00', '7c00', 'fc00', '7c00', 'fc00', '0', '8000']);
  expect(bits('BF16')).toEqual(['7fc0', '7f80', 'ff80', '7f80', 'ff80', '0', '8000']);
});

test('integers of 64 bits are rounded once', () => {
  // 2^60 has neighbours 2^37 apart in float32: a little above the middle is nearer to the upper one, and float64 loses that little.
  const data = BigInt64Array.of(
    2n ** 60n + 2n ** 36n + 1n,
    2n ** 60n + 2n ** 36n,
    -(2n ** 60n + 2n ** 36n + 1n),
    -(2n ** 63n),
    -7n,
  );
  const up = 2 ** 60 + 2 ** 37;
  expect([...toFloat32Array({ dtype: 'I64', shape: [5], data })]).toEqual([up, 2 ** 60, -up, -(2 ** 63), -7]);
  const unsigned = BigUint64Array.of(2n ** 64n - 1n, 2n ** 63n + 2n ** 39n + 1n, 3n);
  const tensor: TensorEntry = { dtype: 'U64', shape: [3], data: unsigned };
  expect([...toFloat32Array(tensor)]).toEqual([2 ** 64, 2 ** 63 + 2 ** 40, 3]);
  // bfloat16 has 8 bits: neighbours of 2^63 are 2^56 apart.
  const half: TensorEntry = {
    dtype: 'U64',
    shape: [2],
    data: BigUint64Array.of(2n ** 63n + 2n ** 55n + 1n, 2n ** 63n + 2n ** 55n),
  };
  expect([...toFloat32Array(convertTensor(half, 'BF16'))]).toEqual([2 ** 63 + 2 ** 56, 2 ** 63]);
});

test('integers and truth values are numbers', () => {
  const values = (tensor: TensorEntry) => [...toFloat32Array(tensor)];
  expect(values({ dtype: 'U32', shape: [2], data: Uint32Array.of(2 ** 32 - 1, 5) })).toEqual([2 ** 32, 5]);
  expect(values({ dtype: 'I32', shape: [1], data: Int32Array.of(-(2 ** 31)) })).toEqual([-(2 ** 31)]);
  expect(values({ dtype: 'U16', shape: [1], data: Uint16Array.of(65535) })).toEqual([65535]);
  expect(values({ dtype: 'BOOL', shape: [3], data: Uint8Array.of(0, 1, 255) })).toEqual([0, 1, 1]);
});

test('a tensor of the type is given as it is, and other types are refused by name', () => {
  const tensor: TensorEntry = { dtype: 'F16', shape: [1], data: Uint16Array.of(0x3c00) };
  expect(convertTensor(tensor, 'F16')).toBe(tensor);
  expect(convertTensor(tensor, 'F32')).toEqual({ dtype: 'F32', shape: [1], data: Float32Array.of(1) });
  expect(() => convertTensor(tensor, 'I8' as 'F16')).toThrow(/to F32, F16 and BF16, not "I8"/);
});
