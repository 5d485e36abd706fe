import {
  cosineBetas,
  cumulativeProduct,
  exponentialBetas,
  laplaceBetas,
  linearBetas,
  scaledLinearBetas,
  sigmoidAlphaBarBetas,
  sigmoidBetas,
  zeroTerminalSnrBetas,
} from './betas';
import { checkBetas, checkNames, checkObject, fail } from './errors';

type Ends = { betaStart?: number; betaEnd?: number };

/** A schedule as JSON. `type` defaults to 'linear', `steps` to 1000; see the function of each kind for its options. */
export type ScheduleOptions = (
  | ({ type?: 'linear'; steps?: number; endsScaled?: boolean } & Ends)
  | ({ type: 'scaled-linear' | 'sigmoid-beta'; steps?: number } & Ends)
  | { type: 'cosine'; steps?: number; offset?: number; maxBeta?: number }
  | { type: 'sigmoid-alpha-bar'; steps?: number; start?: number; end?: number; tau?: number; maxBeta?: number }
  | { type: 'laplace'; steps?: number; maxBeta?: number }
  | { type: 'exponential'; steps?: number; rate?: number; maxBeta?: number }
  | { type: 'custom'; betas: ArrayLike<number> }
) & {
  /** Shift and scale ᾱ so that the last one is 0. Makes ε-prediction impossible. */
  zeroTerminalSnr?: boolean;
};

/**
 * The discrete variance-preserving process x_t = √ᾱ_t·x0 + √(1−ᾱ_t)·ε (Ho et al. 2020), t = 0 … steps − 1, and all that
 * is derived from its betas. Names as in the paper; all float64 of length `steps`.
 */
export interface Schedule {
  readonly kind: 'discrete';
  /** What `createSchedule` was given; of a respaced one, for the schedule that it is a part of. */
  readonly options: ScheduleOptions;
  readonly steps: number;
  /** Where each entry stands in the schedule the model was trained with: 0 … steps − 1 unless respaced. */
  readonly timesteps: readonly number[];
  /** Steps of the schedule the model was trained with. */
  readonly trainedSteps: number;
  readonly zeroTerminalSnr: boolean;
  readonly betas: Float64Array;
  readonly alphas: Float64Array;
  readonly alphaBars: Float64Array;
  /** ᾱ_{t−1}, 1 at t = 0. */
  readonly alphaBarsPrevious: Float64Array;
  readonly sqrtAlphaBars: Float64Array;
  readonly sqrtOneMinusAlphaBars: Float64Array;
  readonly logOneMinusAlphaBars: Float64Array;
  /** √(1/ᾱ): x0 = this·x − sqrtRecipMinusOneAlphaBars·ε. */
  readonly sqrtRecipAlphaBars: Float64Array;
  /** √(1/ᾱ − 1). */
  readonly sqrtRecipMinusOneAlphaBars: Float64Array;
  /** β̃_t = (1−ᾱ_{t−1})/(1−ᾱ_t)·β_t. */
  readonly posteriorVariances: Float64Array;
  /** log β̃_t, with β̃_1 in place of β̃_0 = 0. */
  readonly posteriorLogVariancesClipped: Float64Array;
  /** Posterior mean = posteriorMeanX0·x0 + posteriorMeanX·x_t (equation 7). */
  readonly posteriorMeanX0: Float64Array;
  readonly posteriorMeanX: Float64Array;
  /** ᾱ/(1−ᾱ). */
  readonly snr: Float64Array;
  readonly logSnr: Float64Array;
}

/**
 * Builds a schedule from its description, which is JSON: `createSchedule({ type: 'cosine', steps: 1000 })`. A built one is
 * returned as it is.
 *
 * @throws DenoiserError where it describes none: a kind that is none, more than 100,000 steps, a β outside (0, 1].
 */
export function createSchedule(options: ScheduleOptions | Schedule = {}): Schedule {
  checkObject(options, "A schedule is described by an object such as `{ type: 'cosine' }`");
  if ('alphaBars' in options) return built(options);
  const { kind = 'discrete' } = options as { kind?: unknown };
  if (kind !== 'discrete') fail(`A schedule's \`kind\` is discrete, not ${kind}; createProcess takes all kinds.`);
  const betas = betasOf(options);
  checkGiven(options);
  checkBetas(betas);
  return derive(options.zeroTerminalSnr ? zeroTerminalSnrBetas(betas) : betas, options);
}

/** A built schedule is made of `Float64Array`s, which JSON does not keep. */
function built(schedule: Schedule): Schedule {
  return schedule.alphaBars instanceof Float64Array
    ? schedule
    : fail('A built schedule is not JSON; keep its `options`.');
}

const makers = {
  linear: linearBetas,
  'scaled-linear': scaledLinearBetas,
  'sigmoid-beta': sigmoidBetas,
  cosine: cosineBetas,
  'sigmoid-alpha-bar': sigmoidAlphaBarBetas,
  exponential: exponentialBetas,
  laplace: laplaceBetas,
} satisfies Record<Exclude<ScheduleOptions['type'], 'custom' | undefined>, (steps: number) => Float64Array>;

const ENDS = ['betaStart', 'betaEnd'];

/** What each kind takes beside its `steps`. */
const NAMES: Readonly<Record<keyof typeof makers | 'custom', readonly string[]>> = {
  linear: ['betaStart', 'betaEnd', 'endsScaled'],
  'scaled-linear': ENDS,
  'sigmoid-beta': ENDS,
  cosine: ['offset', 'maxBeta'],
  'sigmoid-alpha-bar': ['start', 'end', 'tau', 'maxBeta'],
  exponential: ['rate', 'maxBeta'],
  laplace: ['maxBeta'],
  custom: ['betas'],
};

/** Throws for the first option that schedules of this kind do not have: it would change nothing without a word. */
function checkGiven({ type = 'linear', ...options }: ScheduleOptions): void {
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  checkNames(`A ${type} schedule`, given, ['type', 'kind', 'steps', 'zeroTerminalSnr', ...NAMES[type]]);
}

function betasOf(options: ScheduleOptions): Float64Array {
  if (options.type === 'custom') {
    checkBetas(options.betas);
    return Float64Array.from(options.betas);
  }
  const { type = 'linear', steps = 1000 } = options;
  const make: ((steps: number, options: object) => Float64Array) | undefined = Object.hasOwn(makers, type)
    ? makers[type]
    : undefined;
  return make
    ? make(steps, options)
    : fail(`Schedule type "${type}" is none of ${Object.keys(makers).join(', ')} and custom.`);
}

/**
 * Returns the schedule of a few of the steps, with β recomputed as 1 − ᾱ_t/ᾱ_previous (Nichol & Dhariwal 2021, section
 * 4): `respace(schedule, spacedTimesteps(schedule.steps, { type: 'trailing', steps: 50 }))`. Timesteps ascend or
 * descend; `timesteps` of the result says where they stood, ascending.
 *
 * @throws DenoiserError where a timestep is none of the schedule's, or is out of order.
 */
export function respace(schedule: Schedule, timesteps: ArrayLike<number>): Schedule {
  if (timesteps.length < 1) fail('Respacing needs at least one timestep.');
  const ascending = Array.from(timesteps);
  if (ascending.length > 1 && (ascending[0] as number) > (ascending[1] as number)) ascending.reverse();
  let previous = 1;
  const betas = Float64Array.from(ascending, (t, i) => {
    if (!Number.isInteger(t) || t < 0 || t >= schedule.steps || (i > 0 && t <= (ascending[i - 1] as number))) {
      fail(`Timesteps of a respaced schedule lie in order within 0 … ${schedule.steps - 1}, but one is ${t}.`);
    }
    const alphaBar = schedule.alphaBars[t] as number;
    const beta = 1 - alphaBar / previous;
    previous = alphaBar;
    return beta;
  });
  const kept = ascending.map((t) => schedule.timesteps[t] as number);
  return { ...derive(betas, schedule.options), timesteps: kept, trainedSteps: schedule.trainedSteps };
}

function derive(betas: Float64Array, options: ScheduleOptions): Schedule {
  const T = betas.length;
  const alphas = betas.map((beta) => 1 - beta);
  const alphaBars = cumulativeProduct(alphas);
  const alphaBarsPrevious = alphaBars.map((_, t) => (t === 0 ? 1 : (alphaBars[t - 1] as number)));
  const table = (f: (t: number, beta: number, alphaBar: number, previous: number) => number): Float64Array =>
    betas.map((beta, t) => f(t, beta, alphaBars[t] as number, alphaBarsPrevious[t] as number));
  const posteriorVariances = table((_, beta, alphaBar, previous) => (beta * (1 - previous)) / (1 - alphaBar));
  return {
    kind: 'discrete',
    options,
    steps: T,
    timesteps: Array.from(betas, (_, t) => t),
    trainedSteps: T,
    zeroTerminalSnr: !!options.zeroTerminalSnr,
    betas,
    alphas,
    alphaBars,
    alphaBarsPrevious,
    sqrtAlphaBars: alphaBars.map(Math.sqrt),
    sqrtOneMinusAlphaBars: alphaBars.map((alphaBar) => Math.sqrt(1 - alphaBar)),
    logOneMinusAlphaBars: alphaBars.map((alphaBar) => Math.log(1 - alphaBar)),
    sqrtRecipAlphaBars: alphaBars.map((alphaBar) => Math.sqrt(1 / alphaBar)),
    sqrtRecipMinusOneAlphaBars: alphaBars.map((alphaBar) => Math.sqrt(1 / alphaBar - 1)),
    posteriorVariances,
    // At t = 0 the posterior is a point; its neighbour's variance stands in (Ho et al.'s program). One step alone: β.
    posteriorLogVariancesClipped: table((t, beta) => Math.log(T === 1 ? beta : (posteriorVariances[t || 1] as number))),
    posteriorMeanX0: table((_, beta, alphaBar, previous) => (beta * Math.sqrt(previous)) / (1 - alphaBar)),
    posteriorMeanX: table(
      (t, _, alphaBar, previous) => ((1 - previous) * Math.sqrt(alphas[t] as number)) / (1 - alphaBar),
    ),
    snr: alphaBars.map((alphaBar) => alphaBar / (1 - alphaBar)),
    logSnr: alphaBars.map((alphaBar) => Math.log(alphaBar / (1 - alphaBar))),
  };
}
