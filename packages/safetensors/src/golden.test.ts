import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { convertTensor, readSafetensors, type TensorEntry, toFloat32Array, writeSafetensors } from './index';

/** Written by test/fixtures/make-python.py. */
const fixture = (name: string) => new Uint8Array(readFileSync(new URL(`../test/fixtures/${name}`, import.meta.url)));
const bytes = fixture('python.safetensors');

test('a file that Python wrote has the numbers that Python put in', () => {
  const { metadata, tensors } = readSafetensors(bytes);
  expect({ ...metadata }).toEqual({ format: 'pt', note: 'made by Python' });
  const expected = {
    f64: { dtype: 'F64', shape: [1, 2], data: Float64Array.of(0.1, -2.5e300) },
    f32: { dtype: 'F32', shape: [2, 3], data: Float32Array.of(1.5, -0.25, 3, 1e-40, Number.POSITIVE_INFINITY, 7) },
    i64: { dtype: 'I64', shape: [2], data: BigInt64Array.of(-9007199254740993n, 5n) },
    i32: { dtype: 'I32', shape: [2, 1], data: Int32Array.of(-2147483648, 7) },
    i16: { dtype: 'I16', shape: [3], data: Int16Array.of(-32768, 1, 2) },
    i8: { dtype: 'I8', shape: [2], data: Int8Array.of(-128, 127) },
    u8: { dtype: 'U8', shape: [3], data: Uint8Array.of(0, 255, 3) },
    bool: { dtype: 'BOOL', shape: [3], data: Uint8Array.of(1, 0, 1) },
    scalar: { dtype: 'F32', shape: [], data: Float32Array.of(4.5) },
    empty: { dtype: 'F32', shape: [0, 3], data: new Float32Array(0) },
    'päth.0.weight': { dtype: 'F32', shape: [1], data: Float32Array.of(2) },
    f16: { dtype: 'F16', shape: [5], data: Uint16Array.of(0x3c00, 0xc000, 0x7bff, 0x0001, 0x3555) },
    bf16: { dtype: 'BF16', shape: [3], data: Uint16Array.of(0x3f80, 0xc049, 0x7f80) },
  };
  expect(Object.fromEntries(tensors)).toEqual(expected);
});

test('half-precision numbers become the float32 numbers that they stand for', () => {
  const { tensors } = readSafetensors(bytes);
  const float32 = (name: string) => {
    const tensor = tensors.get(name);
    return tensor && [...toFloat32Array(tensor)];
  };
  expect(float32('f16')).toEqual([1, -2, 65504, 2 ** -24, 0.333251953125]);
  expect(float32('bf16')).toEqual([1, -3.140625, Number.POSITIVE_INFINITY]);
  expect(float32('bool')).toEqual([1, 0, 1]);
  expect(float32('i64')).toEqual([-9007199254740992, 5]);
});

test('float32 data is given without a copy', () => {
  const data = Float32Array.of(1, 2);
  expect(toFloat32Array({ dtype: 'F32', shape: [2], data })).toBe(data);
});

test('what Python wrote survives being written again', () => {
  const once = readSafetensors(bytes);
  expect(readSafetensors(writeSafetensors(once)).tensors).toEqual(once.tensors);
});

test('floats of 8 bits, rounding and integers without sign are those of Python', () => {
  const { tensors } = readSafetensors(fixture('python-small.safetensors'));
  const get = (name: string) => tensors.get(name) as TensorEntry;
  for (const [name, dtype] of [
    ['e4m3', 'F8_E4M3'],
    ['e5m2', 'F8_E5M2'],
  ] as const) {
    expect(get(name).dtype).toBe(dtype);
    expect(toFloat32Array(get(name))).toEqual(get(`${name}.values`).data);
  }
  expect(convertTensor(get('random'), 'F16')).toEqual(get('random.f16'));
  expect(convertTensor(get('random'), 'BF16')).toEqual(get('random.bf16'));
  expect(get('u64')).toEqual({ dtype: 'U64', shape: [2], data: BigUint64Array.of(2n ** 64n - 1n, 5n) });
  expect(get('u32')).toEqual({ dtype: 'U32', shape: [1], data: Uint32Array.of(2 ** 32 - 1) });
  expect(get('u16')).toEqual({ dtype: 'U16', shape: [2], data: Uint16Array.of(65535, 1) });
});
