import type { Combination, Level } from './plan';

/** Returns Σ factor·combination, terms of one name gathered, those of 0 left out. */
export function sum(...terms: readonly (readonly [factor: number, of: Combination])[]): Combination {
  const total: Record<string, number> = {};
  for (const [factor, of] of terms) {
    for (const [name, coefficient] of Object.entries(of)) {
      if (factor !== 0 && coefficient !== 0) total[name] = (total[name] ?? 0) + factor * coefficient;
    }
  }
  return total;
}

/** Returns ε as x and x0 have it, thresholded x0 included. */
export function epsOf({ alpha, sigma }: Level): Combination {
  return { x: 1 / sigma, x0: -alpha / sigma };
}

/** Returns dx/dσ along a straight path, x = x0 + σ·ε or x = (1 − σ)·x0 + σ·ε alike. */
export function slopeOf({ sigma }: Level): Combination {
  return { x: 1 / sigma, x0: -1 / sigma };
}

/** Returns half the log-SNR, ln(α/σ). */
export function lambdaOf({ alpha, sigma }: Level): number {
  return Math.log(alpha) - Math.log(sigma);
}

/** Remembers `current` as name1 and what was name1 as name2, … up to `depth`, of which `known` exist by now. */
export function shifted(name: string, current: Combination, depth: number, known: number): Record<string, Combination> {
  const keep: Record<string, Combination> = {};
  for (let k = Math.min(depth, known + 1); k > 1; k--) keep[`${name}${k}`] = { [`${name}${k - 1}`]: 1 };
  if (depth > 0) keep[`${name}1`] = current;
  return keep;
}
