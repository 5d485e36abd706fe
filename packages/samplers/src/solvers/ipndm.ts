import { shifted, slopeOf, sum } from '../combination';
import type { Combination, Level, PlanStep } from '../plan';
import type { Solver } from '../solver';
import { straight } from './straight';

/** Adams–Bashforth of an even grid, newest first. */
export const adamsBashforth: readonly (readonly number[])[] = [
  [1],
  [3 / 2, -1 / 2],
  [23 / 12, -16 / 12, 5 / 12],
  [55 / 24, -59 / 24, 37 / 24, -9 / 24],
];

/**
 * iPNDM (Zhang & Chen 2022, arXiv:2204.13902, section 4): Adams–Bashforth with the constants of an even grid. On grids
 * that are uneven in σ it is of order 2.
 */
export function ipndm({ order = 4 }: { order?: 1 | 2 | 3 | 4 } = {}): Solver<false> {
  return {
    ...straight,
    name: 'ipndm',
    order: Math.min(order, 2),
    stochastic: false,
    steps: ({ points, targets }) =>
      points.map((from, i): PlanStep => {
        const to = targets[i] as Level;
        const weights = adamsBashforth[Math.min(i + 1, order) - 1] as number[];
        const terms = weights.map((weight, k): [number, Combination] => [
          weight * (to.sigma - from.sigma),
          k === 0 ? slopeOf(from) : { [`slope${k}`]: 1 },
        ]);
        const next = sum([1, { x: 1 }], ...terms);
        return { model: from.model, from, to, next, keep: shifted('slope', slopeOf(from), order - 1, i) };
      }),
  };
}
