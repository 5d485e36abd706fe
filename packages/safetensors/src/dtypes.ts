/** The arrays that hold each type in memory: F16 and BF16 as their bits, BOOL as bytes 0 and 1. */
export type TensorArrays = {
  F64: Float64Array;
  F32: Float32Array;
  F16: Uint16Array;
  BF16: Uint16Array;
  I64: BigInt64Array;
  I32: Int32Array;
  I16: Int16Array;
  I8: Int8Array;
  U8: Uint8Array;
  BOOL: Uint8Array;
};

export type DType = keyof TensorArrays;

/** The array class of each type; its BYTES_PER_ELEMENT is the type's size in files as well. */
export const ARRAYS = {
  F64: Float64Array,
  F32: Float32Array,
  F16: Uint16Array,
  BF16: Uint16Array,
  I64: BigInt64Array,
  I32: Int32Array,
  I16: Int16Array,
  I8: Int8Array,
  U8: Uint8Array,
  BOOL: Uint8Array,
} as const;

export function isDType(value: unknown): value is DType {
  return typeof value === 'string' && Object.hasOwn(ARRAYS, value);
}

export function bytesPerElement(dtype: DType): number {
  return ARRAYS[dtype].BYTES_PER_ELEMENT;
}
