import {
  above0,
  anything,
  atLeast0,
  atLeast0OrInfinite,
  boolean,
  type Check,
  oneOf,
  share,
  text,
  timesteps,
  VARIANCE,
  VARIANT,
  whole,
  whole0,
} from './option-checks';
import type { Variance } from './solvers/ddpm';

/** Options that only some samplers take: see `takes` of the table. Absent is the solver's default. */
export interface SolverOptions {
  /**
   * Noise of a ddpm step: 'posterior' (default: β̃, clean in few steps), 'beta' (the original programs), or learned.
   */
  readonly variance?: Variance;
  /** Noise of ddim (0, the default, to 1, as much as ddpm) and of euler-a (default 1). */
  readonly eta?: number;
  /** ddim: ε from the thresholded x0 (default, as OpenAI's programs) instead of as the network gave it (diffusers). */
  readonly rederive?: boolean;
  readonly order?: number;
  /** unipc. Default 'bh2'. */
  readonly variant?: 'bh1' | 'bh2';
  /**
   * Noise that edm (default 40) and euler (0) add over the run, at σ from churnMin to churnMax, scaled by churnNoise.
   */
  readonly churn?: number;
  readonly churnMin?: number;
  readonly churnMax?: number;
  readonly churnNoise?: number;
  /** repaint: steps down before it goes back up (default 10), and how often it goes down in all (10). */
  readonly jump?: number;
  readonly resamples?: number;
  /** ddpm: noise in the last step, too. */
  readonly noiseAtEnd?: boolean;
}

/** What `planFor` takes: a sampler by name, and which levels of noise it visits. Defaults are the sampler's own. */
export interface SamplerOptions extends SolverOptions {
  /** A name of the table `samplers`, or an alias. Default 'ddpm'. */
  readonly sampler?: string;
  readonly steps?: number;
  /** One of `SPACINGS`, or like '10,15,20' (so many in each third) or 'ddim25'. */
  readonly spacing?: string;
  /** Added to the timesteps of spacing 'leading'. */
  readonly offset?: number;
  /** These timesteps, descending. */
  readonly timesteps?: readonly number[];
  /** A grid of σ instead of timesteps: one of `SIGMAS`. */
  readonly sigmas?: (typeof SIGMAS)[number];
  /** Ends of that grid; default: the model's. */
  readonly sigmaMin?: number;
  readonly sigmaMax?: number;
  /** ρ of karras (default 7) and polyexponential (1). */
  readonly rho?: number;
  /** Whether samplers that go by σ or λ visit the levels without signal, too; see `allLevels` of `createPlan`. */
  readonly allLevels?: boolean;
  /** Shift of a flow; default: as it was trained. */
  readonly shift?: number;
  /** 'data' ends free of noise, 'first' at the least noise of training. */
  readonly end?: 'data' | 'first';
  /** Where a step of a discrete schedule leads: to the next timestep (default), or T/steps down, as diffusers' DDIM. */
  readonly previous?: 'next' | 'stride';
  /** Counts t = T−1 … 1 as the original program does, instead of T−1 … 0. */
  readonly original?: boolean;
  /** Predicted values beyond ±1: 'static' (default) cuts them, 'dynamic' scales by the image's quantile, 'none'. */
  readonly threshold?: 'none' | 'static' | 'dynamic';
  /** Quantile of 'dynamic'; default 0.995. */
  readonly thresholdRatio?: number;
  /** 'static' cuts here (default 1); 'dynamic' scales down from at most here (10). */
  readonly thresholdMax?: number;
  /** Image-to-image: the share, in (0, 1], of the steps that is run. */
  readonly strength?: number;
  /** Whether a part of an image is filled, which repaint needs. Anything but undefined and false counts. */
  readonly inpaint?: unknown;
}

/** Words that `spacing` takes. */
export const SPACINGS = ['all', 'leading', 'trailing', 'linspace', 'quadratic', 'ddim', 'lcm'] as const;

/** Words that `sigmas` takes. */
export const SIGMAS = ['karras', 'exponential', 'polyexponential', 'beta', 'edm', 'vp', 've', 'angle', 'flow'] as const;

/** Every option of `planFor`, with what it must be. */
export const checks: Readonly<Record<keyof SamplerOptions, Check>> = {
  sampler: text,
  steps: whole,
  spacing: text,
  offset: whole0,
  timesteps,
  sigmas: /* @__PURE__ */ oneOf(SIGMAS),
  sigmaMin: above0,
  sigmaMax: above0,
  rho: above0,
  allLevels: boolean,
  shift: above0,
  end: /* @__PURE__ */ oneOf(['data', 'first']),
  previous: /* @__PURE__ */ oneOf(['next', 'stride']),
  original: boolean,
  threshold: /* @__PURE__ */ oneOf(['none', 'static', 'dynamic']),
  thresholdRatio: share,
  thresholdMax: above0,
  strength: share,
  inpaint: anything,
  variance: VARIANCE,
  eta: atLeast0,
  rederive: boolean,
  order: whole,
  variant: VARIANT,
  churn: atLeast0,
  churnMin: atLeast0,
  churnMax: atLeast0OrInfinite,
  churnNoise: atLeast0,
  jump: whole,
  resamples: whole,
  noiseAtEnd: boolean,
};

/** Names of all options of `planFor`, for programs that pick them out of others. */
export const samplerOptionNames = /* @__PURE__ */ Object.keys(checks) as readonly (keyof SamplerOptions)[];
