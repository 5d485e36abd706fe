import type { Spacing } from '@denoiser/schedules';
import type { Grid, ProcessKind } from './grid';
import type { Level, PlanStep } from './plan';

/** How a solver that is told only `steps` spaces them. */
export type DefaultSpacing = Spacing extends infer S
  ? S extends { readonly steps: number }
    ? Omit<S, 'steps'>
    : never
  : never;

/**
 * A solver turns a grid of noise levels into steps. It is a value, made by a factory: `ddim({ eta: 1 })`.
 */
export interface Solver<Stochastic extends boolean = boolean> {
  readonly name: string;
  /** Order of convergence to the exact solution of the ODE, or (stochastic) of the drift. */
  readonly order: number;
  /** Whether its steps draw noise. */
  readonly stochastic: Stochastic;
  /** Processes it can work on; absent: any. */
  readonly kinds?: readonly ProcessKind[];
  /**
   * 'schedule': x = α·x0 + σ·ε as the schedule has it. 'finite': the same, with the last ᾱ at least 2⁻²⁴. 'ratio': x is
   * divided by α, so that x = x0 + (σ/α)·ε.
   */
  readonly coordinates: 'schedule' | 'finite' | 'ratio';
  readonly spacing: DefaultSpacing;
  /** The model's output has the variance in a second half of its channels. */
  readonly learnedVariance?: boolean;
  /** It begins with an image, not with noise: where x starts. */
  readonly startsAt?: (grid: Grid) => Level;
  readonly steps: (grid: Grid) => PlanStep[];
}
