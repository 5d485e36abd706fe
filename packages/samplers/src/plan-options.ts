import type { Prediction, Process, ProcessOptions, SigmaGrid, Spacing } from '@denoiser/schedules';
import type { Threshold } from './plan';
import type { Solver } from './solver';

export type SpacingName = 'all' | 'original' | 'leading' | 'trailing' | 'linspace' | 'quadratic' | 'ddim' | 'lcm';

/** Which levels of noise are visited, whatever the solver. */
export interface LevelOptions {
  /** How many levels. Default: every step of a discrete schedule; a continuous process has no number of its own. */
  readonly steps?: number;
  /** σ/α of the levels, instead of whole timesteps. */
  readonly sigmas?: SigmaGrid | SigmaGrid['type'];
  /**
   * What the model gives. Default ε, and velocity for a flow. With zero terminal SNR it must be named, and ε is
   * refused: the first x holds nothing of x0 that ε could tell. EDM models have it in their process.
   */
  readonly prediction?: Prediction;
  /** Where x ends: 'data' is free of noise (default), 'first' the least noise of the schedule or the grid. */
  readonly end?: 'data' | 'first';
  /**
   * Discrete schedules: which timesteps. Default: the solver's way. With `sigmas` it says only what range they span.
   */
  readonly spacing?: Spacing | SpacingName;
  /**
   * Discrete schedules: whether solvers and grids that go by σ or λ visit the levels without signal, too. Default: they
   * leave out what lies below λ = ln(α/σ) = −5.1, as DPM-Solver's authors do; cosine schedules end there.
   */
  readonly allLevels?: boolean;
  /** Discrete schedules: whether a step leads to the next timestep (default), or T/steps down (as diffusers' DDIM). */
  readonly previous?: 'next' | 'stride';
  /** Discrete schedules: what becomes of timesteps between whole ones. Default: as the solver's spacing has it. */
  readonly round?: 'none' | 'nearest' | 'down';
  /** Discrete schedules: what the model is told, its timestep (default) or ln(σ/α)/4. */
  readonly time?: 'timestep' | 'log-sigma';
}

/** What `createPlan` takes. */
export interface PlanOptions<Stochastic extends boolean = boolean> extends LevelOptions {
  /** What the model was trained as, built or as options. */
  readonly process: Process | ProcessOptions;
  readonly solver: Solver<Stochastic>;
  /** What becomes of the estimate of x0; true clips it to [−1, 1]. Default: nothing. */
  readonly threshold?: Threshold | boolean;
  /** Image-to-image: the share, in (0, 1], of the steps that is run, the last ones. Default 1. */
  readonly strength?: number;
  /** The factor of the first noise, where it is not to be the grid's. */
  readonly initialScale?: number;
  /**
   * Whether the model's output has a learned variance in a second half of its channels. Default: as the solver needs.
   */
  readonly learnedVariance?: boolean;
}
