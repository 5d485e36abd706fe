/**
 * A sum of named values: 'x' before the step, the step's 'x0' and 'output', 'noise' (fresh normals), or a kept name.
 */
export type Combination = Readonly<Record<string, number>>;

/** A noise level: x = alpha·x0 + sigma·ε. */
export interface Level {
  readonly alpha: number;
  readonly sigma: number;
}

/** What is done with the estimate of x0 before it is used. */
export type Threshold =
  | { readonly type: 'static'; readonly min: number; readonly max: number }
  /**
   * Per image: s = the `ratio` quantile of |x0|, within [1, max]; x0 ← clip(x0, −s, s)/s (Saharia et al. 2022, Imagen).
   */
  | { readonly type: 'dynamic'; readonly ratio: number; readonly max: number };

/** How the model is called: output = model(inputScale·x + inputShift, time); x0 = x0FromX·x + x0FromOutput·output. */
export interface ModelCall {
  readonly time: number;
  readonly inputScale: number;
  /** Absent: 0. */
  readonly inputShift?: number;
  readonly x0FromX: number;
  readonly x0FromOutput: number;
}

/**
 * One linear map. After the model call (null: none is made) the next x and everything that is remembered are
 * combinations of what was there before: x ← next, memory ← keep.
 */
export interface PlanStep {
  readonly model: ModelCall | null;
  readonly next: Combination;
  readonly keep?: Readonly<Record<string, Combination>>;
  /** Levels of x before and after. */
  readonly from: Level;
  readonly to: Level;
  /**
   * The second half of the model's channels, v, scales this step's noise, value by value, by exp(l/2) with
   * l = logMin + (logMax − logMin)·(v + 1)/2 (Nichol & Dhariwal 2021, equation 15).
   */
  readonly learnedNoise?: { readonly logMin: number; readonly logMax: number };
}

/** A sampler as numbers: JSON through and through. */
export interface Plan<Stochastic extends boolean = boolean> {
  readonly solver: string;
  /** Whether steps draw noise. */
  readonly stochastic: Stochastic;
  /** Where x starts: an image given to begin with is brought to this level. At sigma 0 there must be one. */
  readonly start: Level;
  /** The first x is this times standard normals. */
  readonly initialScale: number;
  readonly threshold: Threshold | null;
  /** Whether the model's output has the learned variance in a second half of its channels. */
  readonly learnedVariance: boolean;
  readonly steps: readonly PlanStep[];
}

/** Counts the evaluations of the model that a plan makes. */
export function evaluations(plan: Plan): number {
  return plan.steps.filter((step) => step.model).length;
}
