import { epsOf, shifted, slopeOf, sum } from '../combination';
import { checkSolverOptions, upTo } from '../option-checks';
import type { Combination, Level, PlanStep } from '../plan';
import type { Solver } from '../solver';
import { exponentialStep } from './dpmpp-singlestep';
import { along } from './straight';

/** Adams–Bashforth of an even grid, newest first. */
export const adamsBashforth: readonly (readonly number[])[] = [
  [1],
  [3 / 2, -1 / 2],
  [23 / 12, -16 / 12, 5 / 12],
  [55 / 24, -59 / 24, 37 / 24, -9 / 24],
];

/**
 * Returns iPNDM (Zhang & Chen 2022, arXiv:2204.13902): Adams–Bashforth in ε with the constants of an even grid,
 * moved by DDIM's transfer (Liu et al. 2022, arXiv:2202.09778); on flows, in the velocity. On grids that
 * are uneven in σ it is of order 2. Of noise alone on a process by angle, x0 counts as 0, since ε does not say it: so
 * in diffusers' `IPNDMScheduler`.
 */
export function ipndm(options: { order?: 1 | 2 | 3 | 4 } = {}): Solver<false> {
  checkSolverOptions('ipndm', options, { order: upTo(4) });
  const { order = 4 } = options;
  return {
    name: 'ipndm',
    order: Math.min(order, 2),
    stochastic: false,
    coordinates: 'schedule',
    spacing: { type: 'linspace', fractional: true },
    steps: ({ kind, points, targets }) => {
      const isStraight = kind === 'flow';
      return points.map((from, i): PlanStep => {
        const to = targets[i] as Level;
        const slope = sum([1, isStraight ? slopeOf(from) : epsOf(from)]);
        const keep = shifted('slope', slope, order - 1, i);
        const step = { model: from.model, from, to, keep };
        if (kind === 'angle' && from.alpha === 0) return { ...step, next: { x: to.sigma } };
        // Of order 1 the step is finite at noise alone, too.
        if (i === 0 || order === 1) {
          return { ...step, next: isStraight ? along(from, to) : exponentialStep(from, to, 'x', { x0: 1 }) };
        }
        const ratio = isStraight ? 1 : to.alpha / from.alpha;
        const weights = adamsBashforth[Math.min(i + 1, order) - 1] as number[];
        const mean = sum(
          ...weights.map((weight, k): [number, Combination] => [weight, k === 0 ? slope : { [`slope${k}`]: 1 }]),
        );
        return { ...step, next: sum([ratio, { x: 1 }], [to.sigma - ratio * from.sigma, mean]) };
      });
    },
  };
}
