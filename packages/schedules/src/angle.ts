import { checkAbove0, checkCount, checkNames } from './errors';

/**
 * The variance-preserving process by angle, x = cos(φ)·x0 + sin(φ)·ε with φ = t·π/2 and t from 0 to 1 (v-diffusion:
 * Salimans & Ho 2022, arXiv:2202.00512, appendix D). Time is continuous: models are given t·steps.
 */
export interface AngleProcess {
  readonly kind: 'angle';
  readonly steps: number;
}

/**
 * Returns the process of v-diffusion models; `steps` is what they are given at t = 1, by default 1000 as with timesteps.
 * It ends in noise alone, so that its models predict v or x0.
 */
export function angle(options: { steps?: number } = {}): AngleProcess {
  checkNames('A process by angle', options, ['kind', 'type', 'steps']);
  const { steps = 1000 } = options;
  checkAbove0(steps, 'steps of a process by angle');
  return { kind: 'angle', steps };
}

/** Returns α and σ at a time of the process, from 0 to its `steps`, where α is exactly 0. */
export function angleLevel({ steps }: AngleProcess, time: number): { alpha: number; sigma: number } {
  const t = time / steps;
  return { alpha: Math.sin((1 - t) * (Math.PI / 2)), sigma: Math.sin(t * (Math.PI / 2)) };
}

/**
 * Returns n values of σ/α for the process by angle whose σ is sin²(u·π/2), u even from 1 to 0 without the 0: dense at
 * both ends (Crowson 2021, v-diffusion; the grid of diffusers' `IPNDMScheduler`). `max` ends it below noise alone,
 * where σ/α is infinite.
 */
export function angleSigmas(n: number, { max = Number.POSITIVE_INFINITY }: { readonly max?: number } = {}): number[] {
  checkCount(n, 'steps');
  const most = max === Number.POSITIVE_INFINITY ? 1 : max / Math.hypot(1, max);
  const first = Math.asin(Math.sqrt(most));
  return Array.from({ length: n }, (_, i) => {
    const sigma = i === 0 ? most : Math.sin((first * (n - i)) / n) ** 2;
    return sigma / Math.sqrt(1 - sigma * sigma);
  });
}
