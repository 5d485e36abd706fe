import type { Grid } from './grid';
import type { PlanStep } from './plan';

/** A solver turns a grid of noise levels into steps. It is a value: make one with `ddpm({ variance: 'posterior' })`. */
export interface Solver {
  readonly name: string;
  /** Order of convergence of the deterministic part; stochastic solvers state their weak order. */
  readonly order: number;
  readonly stochastic: boolean;
  /** Whether the model's output must have a learned variance. */
  readonly learnedVariance?: boolean;
  steps(grid: Grid): PlanStep[];
}
