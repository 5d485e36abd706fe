import {
  type Prediction,
  type Schedule,
  ScheduleError,
  type Spacing,
  spacedTimesteps,
  x0From,
} from '@denoiser/schedules';
import type { Grid, GridPoint } from './grid';
import type { Plan, Threshold } from './plan';
import type { Solver } from './solver';

/** Predictions that a schedule admits: with zero terminal SNR ε says nothing about x0 at the first step. */
export type PredictionFor<S extends Schedule> = S extends Schedule<false> ? 'epsilon' | 'x0' | 'v' : 'x0' | 'v';

export type PlanOptions<S extends Schedule = Schedule> = {
  /** The schedule that the model was trained with. */
  readonly schedule: S;
  readonly solver: Solver;
  /** How many of the schedule's steps are visited; default all. With `spacing` a name, or 'leading' if that is absent. */
  readonly steps?: number;
  /** Which steps. 'original' is T−1 … 1, as in the original program. */
  readonly spacing?: Spacing | 'all' | 'original' | 'leading' | 'trailing' | 'linspace' | 'quadratic' | 'ddim';
  /** Where x ends: 'data' is noise-free (default); 'first' is the schedule's step 0. For 'original' spacing always 'first'. */
  readonly end?: 'data' | 'first';
  /** true: x0 is clipped to [−1, 1]. */
  readonly threshold?: Threshold | boolean;
} & ('epsilon' extends PredictionFor<S>
  ? { /** What the model gives; default ε. */ readonly prediction?: PredictionFor<S> }
  : { /** What the model gives. */ readonly prediction: PredictionFor<S> });

/**
 * A sampler as a list of numbers, in float64 and without tensors: `createPlan({ schedule, solver: ddpm(), steps: 100 })`.
 *
 * @throws ScheduleError where the parts do not fit each other.
 */
export function createPlan<const S extends Schedule>(options: PlanOptions<S>): Plan {
  const { schedule, solver } = options;
  const prediction: Prediction = options.prediction ?? 'epsilon';
  if (schedule.zeroTerminalSnr && prediction === 'epsilon') {
    throw new ScheduleError(
      'bad-plan',
      'With zero terminal SNR the first x holds nothing of the image, so a model that predicts epsilon cannot tell x0; use prediction v or x0.',
    );
  }
  return {
    solver: solver.name,
    initialScale: 1,
    threshold: options.threshold === true ? { type: 'static', min: -1, max: 1 } : options.threshold || null,
    learnedVariance: solver.learnedVariance ?? false,
    steps: solver.steps(discreteGrid(options, prediction)),
  };
}

function discreteGrid(
  { schedule, steps, spacing, end }: Omit<PlanOptions, 'prediction'>,
  prediction: Prediction,
): Grid {
  const resolved = resolveSpacing(schedule, steps, spacing);
  const points = spacedTimesteps(schedule.steps, resolved).map((t): GridPoint => {
    const level = levelAt(schedule, t);
    const { fromX, fromOutput } = x0From(prediction, level.alpha, level.sigma);
    const time = schedule.timesteps[t] as number;
    return { ...level, model: { time, inputScale: 1, x0FromX: fromX, x0FromOutput: fromOutput } };
  });
  const endsAtFirst = (end ?? (resolved.type === 'original' ? 'first' : 'data')) === 'first';
  return { points, end: endsAtFirst ? levelAt(schedule, 0) : { alpha: 1, sigma: 0 } };
}

function levelAt(schedule: Schedule, t: number): { alpha: number; sigma: number } {
  return { alpha: schedule.sqrtAlphaBars[t] as number, sigma: schedule.sqrtOneMinusAlphaBars[t] as number };
}

function resolveSpacing(schedule: Schedule, steps: number | undefined, spacing: PlanOptions['spacing']): Spacing {
  if (typeof spacing === 'object') return spacing;
  if (spacing === 'all' || spacing === 'original') return { type: spacing };
  if (spacing === undefined && steps === undefined) return { type: 'all' };
  return { type: spacing ?? 'leading', steps: steps ?? schedule.steps };
}
