import { slopeOf, sum } from '../combination';
import type { GridPoint } from '../grid';
import type { Level, PlanStep } from '../plan';
import type { Solver } from '../solver';
import { along, eulerStep, straight } from './straight';

/**
 * Returns Heun's method on dx/dσ (Karras et al. 2022, arXiv:2206.00364, algorithm 1): two evaluations in each step but the
 * last; also for flows. Its steps must not be much longer than σ is at their end: over a ratio of σ of r it multiplies
 * what the second evaluation tells anew by (r − 1)/2.
 */
export function heun(): Solver<false> {
  return {
    ...straight,
    name: 'heun',
    order: 2,
    stochastic: false,
    steps: ({ points, targets }) =>
      points.flatMap((from, i) => heunSteps(from, targets[i] as Level, points[i + 1] as GridPoint)),
  };
}

/** Returns the predictor at `from` and the corrector at `then`, the point of the target's level; to σ = 0 the predictor alone. */
export function heunSteps(from: GridPoint, to: Level, then: GridPoint | undefined): PlanStep[] {
  if (to.sigma === 0 || then === undefined) return [eulerStep(from, to)];
  const half = (to.sigma - from.sigma) / 2;
  return [
    { model: from.model, from, to, next: along(from, to), keep: { start: { x: 1 }, slope: slopeOf(from) } },
    { model: then.model, from: to, to, next: sum([1, { start: 1 }], [half, { slope: 1 }], [half, slopeOf(then)]) },
  ];
}
