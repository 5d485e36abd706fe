import type { GridPoint } from '../grid';
import type { Level, PlanStep } from '../plan';
import type { Solver } from '../solver';
import { heunSteps } from './heun';
import { eulerStep, straight } from './straight';

/**
 * EDM's stochastic sampler (Karras et al. 2022, algorithm 2): noise is raised by a factor 1 + γ before each step, with
 * γ = min(churn/steps, √2 − 1) where churnMin ≤ σ ≤ churnMax. Defaults are those of the paper's ImageNet-64 runs.
 * `corrector` false is Euler with churn.
 */
export function edmStochastic(
  options: { churn?: number; churnMin?: number; churnMax?: number; churnNoise?: number; corrector?: boolean } = {},
): Solver<true> {
  const { churn = 40, churnMin = 0.05, churnMax = 50, churnNoise = 1.003, corrector = true } = options;
  return {
    ...straight,
    name: 'edm-stochastic',
    order: corrector ? 2 : 1,
    stochastic: true,
    kinds: ['discrete', 'sigma'],
    steps: ({ points, targets, at }) => {
      const gamma = Math.min(churn / points.length, Math.SQRT2 - 1);
      return points.flatMap((point, i): PlanStep[] => {
        const to = targets[i] as Level;
        const isChurned = gamma > 0 && churnMin <= point.sigma && point.sigma <= churnMax;
        const from = isChurned ? at(point.sigma * (1 + gamma)) : point;
        const noise = churnNoise * Math.sqrt(from.sigma ** 2 - point.sigma ** 2);
        return [
          ...(isChurned ? [{ model: null, from: point, to: from, next: { x: 1, noise } }] : []),
          ...(corrector ? heunSteps(from, to, points[i + 1] as GridPoint) : [eulerStep(from, to)]),
        ];
      });
    },
  };
}
