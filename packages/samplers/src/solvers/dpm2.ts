import { slopeOf, sum } from '../combination';
import { NOISY } from '../grid';
import type { Level, PlanStep } from '../plan';
import type { Solver } from '../solver';
import { along, eulerStep, straight } from './straight';

/**
 * Returns DPM-Solver-2 in σ (Lu et al. 2022, arXiv:2206.00927, algorithm 1; in the notation of Karras et al. 2022,
 * arXiv:2206.00364): a second evaluation in the middle of each step, in log σ.
 */
export function dpm2(): Solver<false> {
  return {
    ...straight,
    name: 'dpm2',
    order: 2,
    stochastic: false,
    kinds: NOISY,
    steps: ({ points, targets, at }) =>
      points.flatMap((from, i): PlanStep[] => {
        const to = targets[i] as Level;
        if (to.sigma === 0) return [eulerStep(from, to)];
        const middle = at(Math.sqrt((from.sigma / from.alpha) * (to.sigma / to.alpha)));
        return [
          { model: from.model, from, to: middle, next: along(from, middle), keep: { start: { x: 1 } } },
          {
            model: middle.model,
            from: middle,
            to,
            next: sum([1, { start: 1 }], [to.sigma - from.sigma, slopeOf(middle)]),
          },
        ];
      }),
  };
}
