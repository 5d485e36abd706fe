import { angleSigmas } from './angle';
import { betaQuantile } from './beta-quantile';
import { linspace } from './betas';
import { checkCount, fail } from './errors';

/** Noise levels σ of x = x0 + σ·ε, from high to low; the final 0 is not among them. */
type Range = { readonly min: number; readonly max: number };

function checked(n: number, { min, max }: Range): void {
  checkCount(n, 'steps');
  if (!(min > 0 && max >= min)) fail(`Sigmas need 0 < min ≤ max, not ${min} and ${max}.`);
}

/** Returns n levels, evenly spaced in σ^(1/rho) (Karras et al. 2022, arXiv:2206.00364, equation 5). */
export function karrasSigmas(n: number, { min, max, rho = 7 }: Range & { readonly rho?: number }): number[] {
  checked(n, { min, max });
  return Array.from(linspace(max ** (1 / rho), min ** (1 / rho), n), (root) => root ** rho);
}

/** Returns the EDM paper's grid: `karrasSigmas` from 80 to 0.002. */
export function edmSigmas(n: number, { min = 0.002, max = 80, rho = 7 } = {}): number[] {
  return karrasSigmas(n, { min, max, rho });
}

/** Returns n levels, evenly spaced in log σ. */
export function exponentialSigmas(n: number, range: Range): number[] {
  checked(n, range);
  return Array.from(linspace(Math.log(range.max), Math.log(range.min), n), Math.exp);
}

/** Returns n levels whose logarithms follow a power rho of an even ramp; rho = 1 is exponential. */
export function polyexponentialSigmas(n: number, { min, max, rho = 1 }: Range & { readonly rho?: number }): number[] {
  checked(n, { min, max });
  return Array.from(linspace(1, 0, n), (u) => Math.exp(u ** rho * Math.log(max / min) + Math.log(min)));
}

/**
 * Returns n levels at the quantiles of a beta distribution (Lee et al. 2024, "Beta sampling is all you need",
 * arXiv:2407.12173).
 */
export function betaSigmas(
  n: number,
  { min, max, alpha = 0.6, beta = 0.6 }: Range & { readonly alpha?: number; readonly beta?: number },
): number[] {
  checked(n, { min, max });
  return Array.from(linspace(0, 1, n), (u) => min + betaQuantile(1 - u, alpha, beta) * (max - min));
}

/**
 * Returns n levels of the VP process of Song et al. 2021 in σ (Karras et al. 2022, table 1): σ² = exp(βd·t²/2 + βmin·t)
 * − 1, t even.
 */
export function vpSigmas(n: number, { betaD = 19.9, betaMin = 0.1, tMin = 1e-3 } = {}): number[] {
  checkCount(n, 'steps');
  return Array.from(linspace(1, tMin, n), (t) => Math.sqrt(Math.expm1((betaD * t * t) / 2 + betaMin * t)));
}

/** Returns n levels of the VE process of Song et al. 2021, a geometric sequence (Karras et al. 2022, table 1). */
export function veSigmas(n: number, { min = 0.02, max = 100 } = {}): number[] {
  return exponentialSigmas(n, { min, max });
}

/**
 * Returns s·σ/(1 + (s − 1)·σ), which takes more steps at high noise for s > 1 (Esser et al. 2024, arXiv:2403.03206,
 * equation 23).
 */
export function shiftSigma(sigma: number, shift: number): number {
  return (shift * sigma) / (1 + (shift - 1) * sigma);
}

/**
 * Returns n levels of flow matching, σ of x = (1 − σ)·x0 + σ·ε: evenly spaced from 1 to `min`, then shifted. `terminal`
 * stretches the grid so that the last σ equals it.
 */
export function flowSigmas(
  n: number,
  {
    min = 1e-3,
    shift = 1,
    terminal,
  }: { readonly min?: number; readonly shift?: number; readonly terminal?: number } = {},
): number[] {
  checked(n, { min, max: 1 });
  const sigmas = Array.from(linspace(1, min, n), (sigma) => shiftSigma(sigma, shift));
  if (terminal === undefined) return sigmas;
  const stretch = (1 - terminal) / (1 - (sigmas[n - 1] as number));
  return sigmas.map((sigma) => 1 - (1 - sigma) * stretch);
}

/** A grid of σ as JSON. Without min and max it spans the model's own range. */
export type SigmaGrid =
  | { readonly type: 'karras' | 'polyexponential'; readonly min?: number; readonly max?: number; readonly rho?: number }
  | { readonly type: 'exponential'; readonly min?: number; readonly max?: number }
  | {
      readonly type: 'beta';
      readonly min?: number;
      readonly max?: number;
      readonly alpha?: number;
      readonly beta?: number;
    }
  | { readonly type: 'edm'; readonly min?: number; readonly max?: number; readonly rho?: number }
  | { readonly type: 'vp'; readonly betaD?: number; readonly betaMin?: number; readonly tMin?: number }
  | { readonly type: 've'; readonly min?: number; readonly max?: number }
  | { readonly type: 'angle'; readonly max?: number }
  | { readonly type: 'flow'; readonly min?: number; readonly shift?: number; readonly terminal?: number }
  /** `times`: what the model is told, if not what the schedule says. */
  | { readonly type: 'explicit'; readonly values: readonly number[]; readonly times?: readonly number[] };

/**
 * Returns the n values of a grid, descending.
 *
 * @throws DenoiserError where they do not descend.
 */
export function sigmaGrid(grid: SigmaGrid, n: number, range: Range): number[] {
  const sigmas = valuesOf(grid, n, range);
  for (let i = 0; i < sigmas.length; i++) {
    const sigma = sigmas[i] as number;
    if (!(sigma > 0 && (i === 0 || sigma < (sigmas[i - 1] as number)))) {
      fail(`Sigmas must descend and be above 0, but number ${i} of the ${grid.type} grid is ${sigma}.`);
    }
  }
  return sigmas;
}

const makers = {
  karras: karrasSigmas,
  exponential: exponentialSigmas,
  polyexponential: polyexponentialSigmas,
  beta: betaSigmas,
  edm: (n: number, _: Range, own: object) => edmSigmas(n, own),
  vp: (n: number, _: Range, own: object) => vpSigmas(n, own),
  ve: (n: number, _: Range, own: object) => veSigmas(n, own),
  angle: (n: number, _: Range, own: object) => angleSigmas(n, own),
  flow: flowSigmas,
} satisfies Record<Exclude<SigmaGrid['type'], 'explicit'>, (n: number, grid: Range, own: object) => number[]>;

function valuesOf(grid: SigmaGrid, n: number, range: Range): number[] {
  if (grid.type === 'explicit') return [...grid.values];
  type Make = (n: number, grid: Range, own: object) => number[];
  const make = Object.hasOwn(makers, grid.type) ? (makers[grid.type] as Make) : undefined;
  return make
    ? make(n, { ...range, ...grid }, grid)
    : fail(`Sigma grid "${grid.type}" is none of ${Object.keys(makers)} and explicit.`);
}
