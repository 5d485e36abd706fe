/**
 * A binary format of IEEE 754's form: a sign, an exponent e, a fraction f. Its values are ±(1 + f/2^fractionBits)·2^e from
 * e = smallest on, and ±f/2^fractionBits·2^smallest below (subnormal numbers).
 */
export interface SmallFloat {
  readonly bits: 8 | 16;
  readonly fractionBits: number;
  /** The exponent of the smallest normal numbers. */
  readonly smallest: number;
  /** What the highest exponent stands for: infinities and NaN, as in IEEE 754, or numbers but for one NaN of each sign. */
  readonly highest: 'special' | 'numbers';
}

export const SMALL_FLOATS = {
  /** IEEE 754 binary16. */
  F16: { bits: 16, fractionBits: 10, smallest: -14, highest: 'special' },
  /** The upper half of a float32. */
  BF16: { bits: 16, fractionBits: 7, smallest: -126, highest: 'special' },
  /** E4M3 of Micikevicius et al. 2022 (arXiv:2209.05433), `float8_e4m3fn` in PyTorch: no infinities. */
  F8_E4M3: { bits: 8, fractionBits: 3, smallest: -6, highest: 'numbers' },
  /** E5M2 of the same paper. */
  F8_E5M2: { bits: 8, fractionBits: 2, smallest: -14, highest: 'special' },
} as const satisfies Record<string, SmallFloat>;

const tables = new Map<SmallFloat, Float32Array>();

/** Returns what each pattern of bits stands for. */
export function valuesOf(format: SmallFloat): Float32Array {
  let values = tables.get(format);
  if (!values) {
    values = Float32Array.from({ length: 2 ** format.bits }, (_, pattern) => numberOf(format, pattern));
    tables.set(format, values);
  }
  return values;
}

function numberOf({ bits, fractionBits, smallest, highest }: SmallFloat, pattern: number): number {
  const negative = 2 ** (bits - 1);
  const sign = pattern < negative ? 1 : -1;
  const magnitude = pattern % negative;
  const one = 2 ** fractionBits;
  const fraction = magnitude % one;
  const exponent = (magnitude - fraction) / one;
  if (highest === 'numbers' && magnitude === negative - 1) return Number.NaN;
  if (highest === 'special' && magnitude >= negative - one) return fraction ? Number.NaN : sign / 0;
  return sign * (exponent === 0 ? fraction / one : 1 + fraction / one) * 2 ** (smallest + Math.max(exponent, 1) - 1);
}

/**
 * Returns the bits of the nearest numbers of a format with infinities; of two that are equally near, those with an even fraction.
 * What is too large becomes infinite, NaN stays NaN.
 */
export function roundTo(
  { bits, fractionBits, smallest }: SmallFloat & { highest: 'special' },
  values: ArrayLike<number>,
): Uint16Array {
  const negative = 2 ** (bits - 1);
  const infinite = negative - 2 ** fractionBits;
  const notANumber = infinite + 2 ** (fractionBits - 1);
  const largest = 2 - smallest; // exponents above are infinite: the bias is 1 − smallest
  // One over the distance of neighbours, by the exponent above the smallest.
  const scales = Float64Array.from({ length: largest - smallest }, (_, e) => 2 ** (fractionBits - smallest - e));
  const float64 = new Float64Array(1);
  const words = new Uint32Array(float64.buffer);
  const out = new Uint16Array(values.length);
  for (let i = 0; i < values.length; i++) {
    float64[0] = values[i];
    const high = words[1]; // sign, 11 bits of exponent
    const above = Math.max(((high >>> 20) & 0x7ff) - 1023 - smallest, 0);
    let magnitude = infinite;
    if (Number.isNaN(float64[0])) magnitude = notANumber;
    else if (above < scales.length) {
      // Within 2^52 and 2^53 the neighbours of float64 are whole numbers, so that the sum is rounded to one, ties to even.
      const count = Math.abs(float64[0]) * scales[above] + 2 ** 52 - 2 ** 52;
      // A subnormal number's bits are the count; a normal one's leading bit adds one to the exponent, and so does a carry.
      magnitude = Math.min(above * 2 ** fractionBits + count, infinite);
    }
    out[i] = high >>> 31 ? magnitude + negative : magnitude;
  }
  return out;
}
