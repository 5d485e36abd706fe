import { checkWhole } from './errors';

/** A stream of random numbers that a seed decides. */
export interface Random {
  /** Draws a number in (0, 1), of 32 bits. */
  uniform(): number;
  normal(): number;
  /** Draws a whole number in [0, n). */
  below(n: number): number;
}

/** Creates a stream whose words come from a counter: murmur3's finalizer over a Weyl sequence (SplitMix, Steele et al. 2014, with 32 bits). */
export function createRandom(seed: number): Random {
  checkWhole('seed', seed, 0);
  let state = mix(((seed % 2 ** 32) ^ mix(Math.floor(seed / 2 ** 32))) >>> 0);
  const uniform = (): number => {
    state = (state + 0x9e3779b9) >>> 0;
    return (mix(state) + 0.5) / 2 ** 32;
  };
  let spare: number | undefined;
  return {
    uniform,
    below: (n) => Math.floor(uniform() * n),
    normal() {
      if (spare !== undefined) {
        const value = spare;
        spare = undefined;
        return value;
      }
      // Box–Muller
      const [radius, angle] = [Math.sqrt(-2 * Math.log(uniform())), 2 * Math.PI * uniform()];
      spare = radius * Math.sin(angle);
      return radius * Math.cos(angle);
    },
  };
}

function mix(word: number): number {
  let k = word;
  k = Math.imul(k ^ (k >>> 16), 0x85ebca6b);
  k = Math.imul(k ^ (k >>> 13), 0xc2b2ae35);
  return (k ^ (k >>> 16)) >>> 0;
}

/** Draws `size` different numbers below `n`, in random order: the first part of a Fisher–Yates shuffle. */
export function choose(random: Random, n: number, size: number): Uint32Array {
  const numbers = Uint32Array.from({ length: n }, (_, i) => i);
  for (let i = 0; i < size; i++) {
    const j = i + random.below(n - i);
    [numbers[i], numbers[j]] = [numbers[j] as number, numbers[i] as number];
  }
  return numbers.subarray(0, size);
}
