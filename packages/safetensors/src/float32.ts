import { SMALL_FLOATS, valuesOf } from './small-floats';
import type { TensorEntry } from './types';

/**
 * The elements as float32: F32 is given as it is (the same array, no copy), F16, BF16, F8_E4M3, F8_E5M2 and integers of up to 16
 * bits are converted exactly, F64 and larger integers rounded to the nearest, BOOL becomes 0 and 1.
 */
export function toFloat32Array(tensor: TensorEntry): Float32Array {
  switch (tensor.dtype) {
    case 'F32':
      return tensor.data;
    case 'BF16':
      return fromBfloat16(tensor.data);
    case 'F16':
    case 'F8_E4M3':
    case 'F8_E5M2':
      return lookUp(valuesOf(SMALL_FLOATS[tensor.dtype]), tensor.data);
    case 'I64':
    case 'U64':
      return fromBigIntegers(tensor.data);
    case 'BOOL':
      return Float32Array.from(tensor.data, (byte) => (byte ? 1 : 0));
    default:
      return new Float32Array(tensor.data);
  }
}

function lookUp(values: Float32Array, patterns: Uint8Array | Uint16Array): Float32Array {
  const out = new Float32Array(patterns.length);
  for (let i = 0; i < patterns.length; i++) out[i] = values[patterns[i]];
  return out;
}

/** bfloat16 is the upper half of a float32. */
function fromBfloat16(data: Uint16Array): Float32Array {
  const bits = new Uint32Array(data.length);
  for (let i = 0; i < data.length; i++) bits[i] = data[i] << 16;
  return new Float32Array(bits.buffer);
}

function fromBigIntegers(data: BigInt64Array | BigUint64Array): Float32Array {
  const out = new Float32Array(data.length);
  for (let i = 0; i < data.length; i++) out[i] = toFloat64(data[i]);
  return out;
}

/**
 * The integer as a float64 that rounds to the same float32: 53 of its 64 bits, the last one set where those below are not zero, so
 * that rounding twice makes no tie of what was none (Boldo and Melquiond 2008, rounding to odd).
 */
export function toFloat64(integer: bigint): number {
  const number = Number(integer);
  if (Number.isSafeInteger(number)) return number;
  const low = integer & 0x7ffn;
  return Number(low === 0n ? integer : (integer - low) | 0x800n);
}
