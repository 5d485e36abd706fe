import type { TensorEntry } from '@denoiser/safetensors';

/** Bits of the exponent; all set in infinities and in what is not a number. */
const HALF_EXPONENT = { F16: 0x7c00, BF16: 0x7f80 } as const;

/** Returns the place of the first value that is not finite, −1 if all are. */
export function firstNotFinite({ dtype, data }: Pick<TensorEntry, 'dtype' | 'data'>): number {
  if (dtype === 'F16' || dtype === 'BF16') {
    const exponent = HALF_EXPONENT[dtype];
    return (data as Uint16Array).findIndex((bits) => (bits & exponent) === exponent);
  }
  return dtype === 'F32' || dtype === 'F64' ? firstNotFiniteOf(data as Float32Array | Float64Array) : -1;
}

/** Returns the place of the first number that is not finite, −1 if all are. */
export function firstNotFiniteOf(values: Float32Array | Float64Array): number {
  for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i])) return i;
  return -1;
}
