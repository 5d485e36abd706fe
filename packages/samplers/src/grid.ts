import type { Combination, Level, ModelCall } from './plan';

/** 'discrete': betas, 'sigma': EDM and variance-exploding, 'angle': v-diffusion, 'flow': flow matching. */
export type ProcessKind = 'discrete' | 'sigma' | 'angle' | 'flow';

/** Processes whose levels can be made of cleaner ones by adding noise alone. */
export const NOISY: readonly ProcessKind[] = ['discrete', 'sigma', 'angle'];

/** A level where the model can be called. */
export interface GridPoint extends Level {
  readonly model: ModelCall;
  /** ε as the model has it, from 'x' and 'output', whatever is done to x0. */
  readonly eps: Combination;
}

/** What a solver gets: the levels to call the model at, from noise to data, and where each step leads. */
export interface Grid {
  readonly kind: ProcessKind;
  readonly points: readonly GridPoint[];
  /** Of step i: the next point's level, or the end. */
  readonly targets: readonly Level[];
  /** The greatest σ/α that the model was trained on. */
  readonly mostNoise: number;
  /** A point at any σ/α up to that, in the coordinates of the others. */
  at(noiseRatio: number): GridPoint;
  /** A point at a whole timestep; for discrete schedules only. */
  atTimestep(t: number): GridPoint;
}
