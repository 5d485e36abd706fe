import { slopeOf, sum } from '../combination';
import type { GridPoint } from '../grid';
import type { Combination, Level, PlanStep } from '../plan';

/** Solvers of dx/dσ on straight paths share what they are, but for the name and the order. */
export const straight = {
  coordinates: 'ratio',
  spacing: { type: 'linspace', fractional: true },
} as const;

/** x + (σ' − σ)·slope. */
export function along(from: Level, to: Level, slope: Combination = slopeOf(from)): Combination {
  return sum([1, { x: 1 }], [to.sigma - from.sigma, slope]);
}

/** The plain step of Euler, in any of these solvers the last one, to σ = 0. */
export function eulerStep(from: GridPoint, to: Level): PlanStep {
  return { model: from.model, from, to, next: { x: to.sigma / from.sigma, x0: 1 - to.sigma / from.sigma } };
}
