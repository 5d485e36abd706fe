import { slopeOf, sum } from '../combination';
import type { GridPoint } from '../grid';
import type { Combination, Level, PlanStep } from '../plan';
import { refuse } from '../refuse';

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

export function requireUnitAlpha(name: string, levels: readonly Level[]): void {
  if (levels.some(({ alpha }) => alpha !== 1)) {
    refuse(`${name} adds noise to x = x0 + σ·ε, which a flow does not have; use flow-sde.`);
  }
}
