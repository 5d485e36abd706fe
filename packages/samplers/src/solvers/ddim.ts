import { epsOf, sum } from '../combination';
import type { Combination, Level, PlanStep } from '../plan';
import type { Solver } from '../solver';
import { posterior } from './ddpm';

/**
 * DDIM (Song et al. 2020, arXiv:2010.02502, equation 12). `eta` 0: deterministic, order 1; 1: as noisy as DDPM; more:
 * at most the noise of the level. Where x0 is thresholded, ε stays the model's, unless `rederiveEps`.
 */
export function ddim<Eta extends number = 0>(
  options: { readonly eta?: Eta; readonly rederiveEps?: boolean } = {},
): Solver<Eta extends 0 ? false : true> {
  const { eta = 0, rederiveEps = false } = options;
  return {
    name: 'ddim',
    order: 1,
    stochastic: (eta !== 0) as Eta extends 0 ? false : true,
    coordinates: 'schedule',
    spacing: { type: 'leading' },
    steps: ({ points, targets }) =>
      points.map((from, i): PlanStep => {
        const to = targets[i] as Level;
        const noise = Math.min(to.sigma, eta * Math.sqrt(posterior(from, to).posteriorVariance));
        const direction = Math.sqrt(Math.max(to.sigma ** 2 - noise ** 2, 0));
        const next = sum([1, { x0: to.alpha, noise }], [direction, rederiveEps ? epsOf(from) : from.eps]);
        return { model: from.model, from, to, next };
      }),
  };
}

/**
 * DDIM backwards, from an image to the noise that DDIM makes it from (Song et al. 2020, section 4.3; Dhariwal & Nichol
 * 2021, appendix F). Sampling with `x` and `ddim()` over the same timesteps gives the image back, up to order 1.
 */
export function ddimInversion(): Solver<false> {
  return {
    name: 'ddim-inversion',
    order: 1,
    stochastic: false,
    coordinates: 'schedule',
    spacing: { type: 'leading' },
    startsAt: ({ targets }) => targets.at(-1) as Level,
    steps: ({ points, targets }) => {
      const up = [...points].reverse();
      return up.map((to, i): PlanStep => {
        // The image itself is at no timestep: the model is called at the lowest one.
        const from = up[i - 1] ?? { ...to, ...(targets.at(-1) as Level) };
        const x0: Combination = i === 0 ? { x: 1 / from.alpha } : { x0: 1 };
        return { model: from.model, from, to, next: sum([to.alpha, x0], [to.sigma, from.eps]) };
      });
    },
  };
}
