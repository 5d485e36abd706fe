import { slopeOf, sum } from '../combination';
import type { GridPoint } from '../grid';
import type { Combination, Level, PlanStep } from '../plan';

/** What solvers of dx/dσ on straight paths share: all but name and order. */
export const straight = {
  coordinates: 'ratio',
  spacing: { type: 'linspace', fractional: true },
} as const;

/** Returns x + (σ' − σ)·slope. */
export function along(from: Level, to: Level, slope: Combination = slopeOf(from)): Combination {
  return sum([1, { x: 1 }], [to.sigma - from.sigma, slope]);
}

/** Returns Euler's plain step, which is the last one, to σ = 0, in each of these solvers. */
export function eulerStep(from: GridPoint, to: Level): PlanStep {
  return { model: from.model, from, to, next: { x: to.sigma / from.sigma, x0: 1 - to.sigma / from.sigma } };
}
