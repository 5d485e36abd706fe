import { type GridPoint, NOISY } from '../grid';
import { boolean, CHURN, checkSolverOptions } from '../option-checks';
import type { Level, PlanStep } from '../plan';
import type { Solver } from '../solver';
import { heunSteps } from './heun';
import { eulerStep, straight } from './straight';

/**
 * Returns EDM's stochastic sampler (Karras et al. 2022, arXiv:2206.00364, algorithm 2): before each step it raises the
 * noise by a factor of 1 + γ, γ = min(churn/steps, √2 − 1), where churnMin ≤ σ ≤ churnMax. The defaults are those of the
 * paper's ImageNet-64 runs. Noise is never raised above what the model was trained on. With `corrector` false
 * it is Euler with churn.
 */
export function edmStochastic(
  options: { churn?: number; churnMin?: number; churnMax?: number; churnNoise?: number; corrector?: boolean } = {},
): Solver<true> {
  checkSolverOptions('edmStochastic', options, { ...CHURN, corrector: boolean });
  const { churn = 40, churnMin = 0.05, churnMax = 50, churnNoise = 1.003, corrector = true } = options;
  return {
    ...straight,
    name: 'edm-stochastic',
    order: corrector ? 2 : 1,
    stochastic: true,
    kinds: NOISY,
    steps: ({ points, targets, at, mostNoise }) => {
      const gamma = Math.min(churn / points.length, Math.SQRT2 - 1);
      return points.flatMap((point, i): PlanStep[] => {
        const to = targets[i] as Level;
        const raised = Math.min(point.sigma * (1 + gamma), mostNoise);
        const isChurned = raised > point.sigma && churnMin <= point.sigma && point.sigma <= churnMax;
        const from = isChurned ? at(raised) : point;
        const noise = churnNoise * Math.sqrt(from.sigma ** 2 - point.sigma ** 2);
        return [
          ...(isChurned ? [{ model: null, from: point, to: from, next: { x: 1, noise } }] : []),
          ...(corrector ? heunSteps(from, to, points[i + 1] as GridPoint) : [eulerStep(from, to)]),
        ];
      });
    },
  };
}
