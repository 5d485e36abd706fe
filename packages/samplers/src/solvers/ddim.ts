import { epsOf, sum } from '../combination';
import { atLeast0, boolean, checkSolverOptions } from '../option-checks';
import type { Combination, Level, PlanStep } from '../plan';
import type { Solver } from '../solver';
import { posterior } from './ddpm';

/**
 * Returns DDIM (Song et al. 2020, arXiv:2010.02502, equation 12). With `eta` 0 it is deterministic and of order 1, with
 * 1 as noisy as DDPM; a step never adds more noise than its target level has. Where x0 is thresholded, ε stays what the
 * model says, unless `rederiveEps` computes it again from x0.
 */
export function ddim<Eta extends number = 0>(
  options: { readonly eta?: Eta; readonly rederiveEps?: boolean } = {},
): Solver<Eta extends 0 ? false : true> {
  checkSolverOptions('ddim', options, { eta: atLeast0, rederiveEps: boolean });
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
 * Returns DDIM backwards, from an image to the noise that DDIM makes it from (the ODE of Song et al. 2020 followed
 * the other way; also Dhariwal & Nichol 2021, arXiv:2105.05233). `ddim()` from that noise over the same timesteps gives the
 * image back, up to an error of order 1.
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
