import type { TensorEntry } from '@denoiser/safetensors';

/** Bits that are all set in infinities and in what is not a number: of the exponent; in E4M3, which has only NaN, all. */
const NOT_FINITE = { F16: 0x7c00, BF16: 0x7f80, F8_E5M2: 0x7c, F8_E4M3: 0x7f } as const;

/** Returns the place of the first value that is not finite, −1 if all are. */
export function firstNotFinite({ dtype, data }: Pick<TensorEntry, 'dtype' | 'data'>): number {
  if (Object.hasOwn(NOT_FINITE, dtype)) {
    const mask = NOT_FINITE[dtype as keyof typeof NOT_FINITE];
    return (data as Uint16Array | Uint8Array).findIndex((bits) => (bits & mask) === mask);
  }
  return dtype === 'F32' || dtype === 'F64' ? firstNotFiniteOf(data as Float32Array | Float64Array) : -1;
}

/** Returns the place of the first number that is not finite, −1 if all are. */
export function firstNotFiniteOf(values: Float32Array | Float64Array): number {
  for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i])) return i;
  return -1;
}
