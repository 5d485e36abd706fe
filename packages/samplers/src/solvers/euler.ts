import { type Grid, NOISY } from '../grid';
import { CHURN, checkSolverOptions } from '../option-checks';
import type { Level, PlanStep } from '../plan';
import type { Solver } from '../solver';
import { eulerStep, straight } from './straight';

export interface EulerChurn {
  /** Noise added over the run: the step is taken from (1 + γ)·σ, γ = min(churn/steps, √2 − 1). */
  readonly churn: number;
  readonly churnMin?: number;
  readonly churnMax?: number;
  readonly churnNoise?: number;
}

/**
 * Returns Euler's method on dx/dσ = (x − x0)/σ (Karras et al. 2022, arXiv:2206.00364, algorithm 1 without its
 * correction); also for flows. With `churn` it adds noise after the model was called, as diffusers does; the paper's way,
 * which calls the model at the raised σ, is `edmStochastic({ corrector: false })`.
 */
export function euler<const Churn extends EulerChurn | undefined = undefined>(
  options?: Churn,
): Solver<Churn extends EulerChurn ? true : false> {
  checkSolverOptions('euler', options ?? {}, CHURN);
  return {
    ...straight,
    name: 'euler',
    order: 1,
    ...(options && { kinds: NOISY }),
    stochastic: (options !== undefined) as Churn extends EulerChurn ? true : false,
    steps: (grid: Grid) =>
      grid.points.map((from, i) => (options ? churned(grid, i, options) : eulerStep(from, grid.targets[i] as Level))),
  };
}

function churned({ points, targets, at }: Grid, i: number, options: EulerChurn): PlanStep {
  const { churn, churnMin = 0, churnMax = Number.POSITIVE_INFINITY, churnNoise = 1 } = options;
  const from = points[i] as (typeof points)[number];
  const to = targets[i] as Level;
  const gamma = Math.min(churn / points.length, Math.SQRT2 - 1);
  if (gamma <= 0 || from.sigma < churnMin || from.sigma > churnMax) return eulerStep(from, to);
  const raised = at(from.sigma * (1 + gamma));
  const noise = churnNoise * Math.sqrt(raised.sigma ** 2 - from.sigma ** 2);
  // x̂ = x + noise·z, and its x0 from the output at x: x0 = p·x̂ + q·output.
  const { x0FromX: p, x0FromOutput: q } = raised.model;
  const ratio = to.sigma / raised.sigma;
  const kept = ratio + (1 - ratio) * p;
  return { model: from.model, from, to, next: { x: kept, noise: kept * noise, output: (1 - ratio) * q } };
}
