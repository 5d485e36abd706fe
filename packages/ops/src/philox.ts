import { OpsError } from './errors';

/**
 * What a stream of random numbers is for: the last word of the Philox counter, so that no two uses share numbers. Every
 * number that any package uses stands here.
 */
export const STREAMS = {
  initialNoise: 0,
  samplingNoise: 1,
  trainingNoise: 2,
  timesteps: 3,
  labelDropout: 4,
  weights: 5,
  shuffle: 6,
  augmentation: 7,
  /** The lowest byte of every layer's own stream, see `layerDropoutStream`: no other number here may end in this byte. */
  dropout: 8,
  /** The known part of a picture that is filled. */
  inpainting: 64,
  evaluation: 65,
  offsetNoise: 0x100,
  validation: 0x101,
  flip: 0x102,
} as const;

/** The stream of the dropout of one layer: 24 bits of the hash of its name above the byte `STREAMS.dropout`. */
export function layerDropoutStream(hash: number): number {
  return ((hash << 8) | STREAMS.dropout) >>> 0;
}

/** Where a run of random numbers starts: everything it depends on. */
export type RandomAddress = {
  /** A safe integer, 0 or more. */
  readonly seed: number;
  /** One of `STREAMS`, or any uint32; default 0. */
  readonly stream?: number;
  /** The step of training or sampling, a uint32. */
  readonly step: number;
  /** The number of the image, a uint32. */
  readonly index: number;
  /** How many numbers. */
  readonly count: number;
};

const TWO_PI = 2 * Math.PI;
const ROUNDS = 10;

/**
 * Philox4x32-10, the counter-based generator of Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3".
 * Four uint32 words from a counter of four and a key of two.
 */
export function philox4x32(counter: ArrayLike<number>, key: ArrayLike<number>): Uint32Array {
  const words = new Uint32Array(4);
  philoxInto(words, counter[0], counter[1], counter[2], counter[3], key[0], key[1]);
  return words;
}

/** Uniform numbers in the open interval (0, 1), (word + ½)·2⁻³², in float64 so that 1 is never reached. */
export function uniforms(address: RandomAddress): Float64Array {
  const out = new Float64Array(address.count);
  forEachBlock(address, (words, start) => {
    const end = Math.min(start + 4, out.length);
    for (let i = start; i < end; i++) out[i] = (words[i - start] + 0.5) * 2 ** -32;
  });
  return out;
}

/** Standard normal numbers by Box and Muller's transform of `uniforms`, computed in float64 and rounded to float32. */
export function normals(address: RandomAddress): Float32Array {
  const out = new Float32Array(address.count);
  normalsInto(out, address);
  return out;
}

/** Fills `out` with the normals of `address`, which counts them. */
export function normalsInto(out: Float32Array, address: Omit<RandomAddress, 'count'>): void {
  forEachBlock({ ...address, count: out.length }, (words, start) => {
    for (let pair = 0; pair < 4; pair += 2) {
      const radius = Math.sqrt(-2 * Math.log((words[pair] + 0.5) * 2 ** -32));
      const angle = TWO_PI * (words[pair + 1] + 0.5) * 2 ** -32;
      out[start + pair] = radius * Math.cos(angle); // writes past the end are dropped
      out[start + pair + 1] = radius * Math.sin(angle);
    }
  });
}

function forEachBlock(address: RandomAddress, use: (words: Uint32Array, start: number) => void): void {
  const { seed, stream = 0, step, index, count } = address;
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new OpsError(
      'seed-invalid',
      `A seed is a whole number from 0 to 2^53 − 1, but ${seed} was given; choose another.`,
    );
  }
  for (const [name, value] of Object.entries({ stream, step, index })) {
    if (value >>> 0 !== value) {
      throw new OpsError(
        'random-address-invalid',
        `The ${name} of a random number is a whole number from 0 to 2^32 − 1, but ${value} was given.`,
      );
    }
  }
  const low = seed >>> 0;
  const high = Math.floor(seed / 2 ** 32);
  const words = new Uint32Array(4);
  for (let start = 0, block = 0; start < count; start += 4, block++) {
    philoxInto(words, block, step, index, stream, low, high);
    use(words, start);
  }
}

function philoxInto(
  words: Uint32Array,
  counter0: number,
  counter1: number,
  counter2: number,
  counter3: number,
  key0: number,
  key1: number,
): void {
  let c0 = counter0 | 0;
  let c1 = counter1 | 0;
  let c2 = counter2 | 0;
  let c3 = counter3 | 0;
  let k0 = key0 | 0;
  let k1 = key1 | 0;
  for (let round = 0; round < ROUNDS; round++) {
    const high0 = multiplyHigh(0xd251, 0x1f53, c0);
    const high1 = multiplyHigh(0xcd9e, 0x8d57, c2);
    const low0 = Math.imul(0xd2511f53, c0);
    const low1 = Math.imul(0xcd9e8d57, c2);
    c0 = high1 ^ c1 ^ k0;
    c1 = low1;
    c2 = high0 ^ c3 ^ k1;
    c3 = low0;
    k0 = (k0 + 0x9e3779b9) | 0;
    k1 = (k1 + 0xbb67ae85) | 0;
  }
  words[0] = c0;
  words[1] = c1;
  words[2] = c2;
  words[3] = c3;
}

/** The high 32 bits of (aHigh·2¹⁶ + aLow)·b, by halves of 16 bits; every sum stays below 2⁵³. */
function multiplyHigh(aHigh: number, aLow: number, b: number): number {
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16); // at most 2³² − 2¹⁶
  const carry = aLow * bHigh + (middle & 0xffff); // at most 2³² − 2¹⁶
  return (aHigh * bHigh + (middle >>> 16) + (carry >>> 16)) | 0;
}
