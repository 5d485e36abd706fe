import type { TensorEntry } from './types';

/**
 * The elements as float32: F32 is given as it is (the same array, no copy), F16 and BF16 are converted exactly, F64 and
 * I64, I32 rounded to the nearest, BOOL becomes 0 and 1.
 */
export function toFloat32Array(tensor: TensorEntry): Float32Array {
  switch (tensor.dtype) {
    case 'F32':
      return tensor.data;
    case 'F16':
      return fromHalves(tensor.data);
    case 'BF16':
      return fromBfloat16(tensor.data);
    case 'I64':
      return Float32Array.from(tensor.data, Number);
    default:
      return Float32Array.from(tensor.data);
  }
}

/** IEEE 754 binary16: 1 sign bit, 5 of exponent (bias 15), 10 of fraction. */
function fromHalves(data: Uint16Array): Float32Array {
  const out = new Float32Array(data.length);
  for (let i = 0; i < data.length; i++) {
    const sign = data[i] & 0x8000 ? -1 : 1;
    const exponent = (data[i] >> 10) & 0x1f;
    const fraction = data[i] & 0x3ff;
    if (exponent === 0) out[i] = sign * fraction * 2 ** -24;
    else if (exponent === 0x1f) out[i] = fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
    else out[i] = sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
  }
  return out;
}

/** bfloat16 is the upper half of a float32. */
function fromBfloat16(data: Uint16Array): Float32Array {
  const bits = new Uint32Array(data.length);
  for (let i = 0; i < data.length; i++) bits[i] = data[i] << 16;
  return new Float32Array(bits.buffer);
}
