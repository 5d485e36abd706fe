import { linspace } from './betas';
import { checkCount, fail } from './errors';

/**
 * Which of `trainedSteps` timesteps are visited, in the order of sampling (descending).
 *
 * - 'all': T−1 … 0. 'original': T−1 … 1, as the original program, which neither trains nor samples t = 0.
 * - 'leading': multiples of ⌊T/n⌋ from 0, plus `offset`; 'trailing': T, T − T/n, … less 1; 'linspace': 0 … T−1 evenly.
 *   (Lin et al. 2023, arXiv:2305.08891, table 2; T = 1000, n = 10 begin at 900, 999 and 999.)
 *   `withoutLast` spaces one more and leaves the last out (DPM-Solver, UniPC); `fractional` does not round (Euler).
 * - 'lcm': of the `originalSteps` = 50 that a latent consistency model was distilled on (Luo et al. 2023).
 * - 'quadratic': squares of an even spacing of [0, √(0.8T)] (Song et al. 2020, DDIM, appendix D.2).
 * - 'sections': [10, 15, 20] splits T into three parts and visits that many of each; 'ddimN' is a fixed stride from 0
 *   (Nichol & Dhariwal 2021).
 */
export type Spacing =
  | { readonly type: 'all' | 'original' }
  | { readonly type: 'leading'; readonly steps: number; readonly offset?: number; readonly withoutLast?: boolean }
  | { readonly type: 'linspace'; readonly steps: number; readonly withoutLast?: boolean; readonly fractional?: boolean }
  | { readonly type: 'trailing' | 'quadratic' | 'ddim'; readonly steps: number }
  | { readonly type: 'lcm'; readonly steps: number; readonly originalSteps?: number }
  | { readonly type: 'sections'; readonly sections: readonly number[] }
  | { readonly type: 'explicit'; readonly timesteps: readonly number[] };

/**
 * Returns the timesteps of a spacing, descending.
 *
 * @throws DenoiserError where there are not that many distinct ones.
 */
export function spacedTimesteps(trainedSteps: number, spacing: Spacing): number[] {
  const T = trainedSteps;
  checkCount(T, 'trainedSteps');
  const timesteps = descending(T, spacing);
  timesteps.forEach((t, i) => {
    if (!(spacing.type === 'linspace' && spacing.fractional) && !Number.isInteger(t))
      fail(`Timestep ${t} is not whole.`);
    if (!(t >= 0) || t >= T || (i > 0 && t >= (timesteps[i - 1] as number))) {
      fail(
        `Timesteps must descend within ${T - 1} … 0, but ${spacing.type} spacing gives ${t} at place ${i}; use other steps.`,
      );
    }
  });
  if (timesteps.length === 0) fail('There must be at least one timestep.');
  return timesteps;
}

function descending(T: number, spacing: Spacing): number[] {
  switch (spacing.type) {
    case 'all':
      return down(T, (i) => T - 1 - i);
    case 'original':
      return down(T - 1, (i) => T - 1 - i);
    case 'explicit':
      return [...spacing.timesteps];
    case 'sections':
      return sections(T, spacing.sections).reverse();
  }
  const n = spacing.steps;
  checkCount(n, 'steps');
  if (n > T) fail(`A schedule of ${T} steps cannot be sampled in ${n}; use at most ${T}.`);
  switch (spacing.type) {
    case 'leading': {
      const { offset = 0, withoutLast } = spacing;
      const stride = Math.floor(T / (withoutLast ? n + 1 : n));
      return down(n, (i) => (withoutLast ? n - i : n - 1 - i) * stride + offset);
    }
    case 'lcm': {
      const { originalSteps = 50 } = spacing;
      if (n > originalSteps) fail(`${n} steps are more than the ${originalSteps} original ones; use fewer.`);
      const stride = Math.floor(T / originalSteps);
      return down(n, (i) => (originalSteps - Math.floor((i * originalSteps) / n)) * stride - 1);
    }
    case 'trailing':
      // T − i·T/n in whole numbers, so that there are n entries for every n.
      return down(n, (i) => roundHalfEvenRatio(T * (n - i), n) - 1);
    case 'linspace': {
      const last = spacing.withoutLast ? 1 : 0;
      const gaps = n - 1 + last;
      if (gaps === 0) return [T - 1];
      const round = spacing.fractional ? (a: number, b: number) => a / b : roundHalfEvenRatio;
      return down(n, (i) => round((T - 1) * (gaps - i), gaps));
    }
    case 'quadratic':
      return [...linspace(0, Math.sqrt(T * 0.8), n)].map((root) => Math.floor(root * root)).reverse();
    case 'ddim':
      return ddim(T, n).reverse();
  }
}

/** Reads a spacing as OpenAI's `space_timesteps` takes it: '10,15,20' or 'ddim25'. */
export function parseSpacing(text: string): Spacing {
  const stride = /^ddim(\d+)$/.exec(text);
  if (stride) return { type: 'ddim', steps: Number(stride[1]) };
  if (/^\d+(,\d+)*$/.test(text)) return { type: 'sections', sections: text.split(',').map(Number) };
  return fail(`A spacing is written like "100", "10,15,20" or "ddim25", not "${text}".`);
}

function sections(T: number, counts: readonly number[]): number[] {
  const size = Math.floor(T / counts.length);
  const extra = T % counts.length;
  let start = 0;
  return counts.flatMap((count, k) => {
    const length = size + (k < extra ? 1 : 0);
    if (count > length) fail(`Section ${k} has ${length} steps and cannot be sampled in ${count}.`);
    const stride = count <= 1 ? 1 : (length - 1) / (count - 1);
    const begin = start;
    start += length;
    // The sum is accumulated as the reference does: at exact halves its rounding decides.
    let at = 0;
    return Array.from({ length: count }, () => {
      const t = begin + roundHalfEven(at);
      at += stride;
      return t;
    });
  });
}

function ddim(T: number, n: number): number[] {
  for (let stride = 1; stride < T; stride++) {
    if (Math.ceil(T / stride) === n) return Array.from({ length: n }, (_, i) => i * stride);
  }
  return n === 1 ? [0] : fail(`No whole stride visits exactly ${n} of ${T} steps; use another count.`);
}

function down(n: number, f: (i: number) => number): number[] {
  return Array.from({ length: n }, (_, i) => f(i));
}

/** Rounds halves to even, as numpy does. */
export function roundHalfEven(x: number): number {
  const floor = Math.floor(x);
  const rest = x - floor;
  return rest < 0.5 || (rest === 0.5 && floor % 2 === 0) ? floor : floor + 1;
}

function roundHalfEvenRatio(a: number, b: number): number {
  const floor = Math.floor(a / b);
  const rest = 2 * (a - floor * b);
  return rest < b || (rest === b && floor % 2 === 0) ? floor : floor + 1;
}
