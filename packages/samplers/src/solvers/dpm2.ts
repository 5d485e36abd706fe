import { slopeOf, sum } from '../combination';
import type { Level, PlanStep } from '../plan';
import type { Solver } from '../solver';
import { along, eulerStep, straight } from './straight';

/** DPM-Solver-2 in σ (Karras et al. 2022's use of Lu et al. 2022, arXiv:2206.00927): midpoint in log σ. */
export function dpm2(): Solver<false> {
  return {
    ...straight,
    name: 'dpm2',
    order: 2,
    stochastic: false,
    kinds: ['discrete', 'sigma'],
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
