import { lambdaOf, sum } from '../combination';
import { above0, checkSolverOptions } from '../option-checks';
import type { Combination, Level, PlanStep } from '../plan';
import type { Solver } from '../solver';

/**
 * Returns DPM-Solver++(2S) (Lu et al. 2022, arXiv:2211.01095): each step evaluates the model a second time, at
 * the share `r` of the way in log-SNR. The step to σ = 0 is of order 1.
 */
export function dpmpp2S(options: { r?: number } = {}): Solver<false> {
  checkSolverOptions('dpmpp2S', options, { r: above0 });
  const { r = 0.5 } = options;
  return {
    name: 'dpmpp-2s',
    order: 2,
    stochastic: false,
    coordinates: 'finite',
    spacing: { type: 'linspace', withoutLast: true },
    steps: ({ points, targets, at }) =>
      points.flatMap((from, i): PlanStep[] => {
        const to = targets[i] as Level;
        if (to.sigma === 0) return [{ model: from.model, from, to, next: exponentialStep(from, to, 'x', { x0: 1 }) }];
        const h = lambdaOf(to) - lambdaOf(from);
        const middle = at(Math.exp(-(lambdaOf(from) + r * h)));
        const blend = sum([1 - 1 / (2 * r), { first: 1 }], [1 / (2 * r), { x0: 1 }]);
        return [
          {
            model: from.model,
            from,
            to: middle,
            next: exponentialStep(from, middle, 'x', { x0: 1 }),
            keep: { start: { x: 1 }, first: { x0: 1 } },
          },
          { model: middle.model, from: middle, to, next: exponentialStep(from, to, 'start', blend) },
        ];
      }),
  };
}

/** Returns the exact solution for a constant x0 (Lu et al. 2022, arXiv:2211.01095, for data prediction): σ'/σ·x + (α' − α·σ'/σ)·x0. */
export function exponentialStep(from: Level, to: Level, x: string, x0: Combination): Combination {
  const ratio = to.sigma / from.sigma;
  return sum([ratio, { [x]: 1 }], [to.alpha - from.alpha * ratio, x0]);
}
