import {
  epsFrom,
  noiseRatio,
  roundHalfEven,
  type Schedule,
  type Spacing,
  sigmaGrid,
  spacedTimesteps,
  timeOfNoiseRatio,
  x0From,
} from '@denoiser/schedules';
import type { Grid, GridPoint } from './grid';
import type { Level } from './plan';
import type { LevelOptions } from './plan-options';
import { refuse } from './refuse';
import type { Solver } from './solver';

const DATA: Level = { alpha: 1, sigma: 0 };

/** Returns the levels of a discrete schedule in the coordinates of a solver. */
export function discreteGrid(
  schedule: Schedule,
  options: LevelOptions,
  solver: Pick<Solver, 'coordinates' | 'spacing' | 'name'>,
): { grid: Grid; initialScale: number } {
  const prediction = options.prediction ?? 'epsilon';
  if (schedule.zeroTerminalSnr && prediction === 'epsilon') {
    refuse('With zero terminal SNR the first x holds nothing of x0 that epsilon could tell; use prediction v or x0.');
  }
  const { coordinates } = solver;
  const point = (t: number, ratio: number | null, told: number | null = null): GridPoint => {
    const r = ratio ?? noiseRatio(schedule, t);
    const native =
      coordinates === 'schedule' && ratio === null && Number.isInteger(t)
        ? { alpha: schedule.sqrtAlphaBars[t] as number, sigma: schedule.sqrtOneMinusAlphaBars[t] as number }
        : { alpha: 1 / Math.sqrt(r * r + 1), sigma: r / Math.sqrt(r * r + 1) };
    const level = coordinates === 'ratio' ? { alpha: 1, sigma: r } : native;
    const x0 = x0From(prediction, level.alpha, level.sigma);
    const eps = epsFrom(prediction, level.alpha, level.sigma);
    const time = told ?? (options.time === 'log-sigma' ? Math.log(r) / 4 : trainedTime(schedule, t));
    return {
      ...level,
      model: {
        time,
        inputScale: coordinates === 'ratio' ? 1 / Math.sqrt(r * r + 1) : 1,
        x0FromX: x0.fromX,
        x0FromOutput: x0.fromOutput,
      },
      eps: { x: eps.fromX, output: eps.fromOutput },
    };
  };
  const spacing = resolveSpacing(schedule, options, solver);
  const points = options.sigmas ? sigmaPoints() : spacedTimesteps(schedule.steps, spacing).map((t) => point(t, null));

  function sigmaPoints(): GridPoint[] {
    const grid = typeof options.sigmas === 'object' ? options.sigmas : { type: options.sigmas as 'karras' };
    const whole = { min: noiseRatio(schedule, 0), max: noiseRatio(schedule, schedule.steps - 1) };
    const range = options.spacing ? rangeOf(spacedTimesteps(schedule.steps, spacing)) : whole;
    const count = options.steps ?? (grid.type === 'explicit' ? grid.values.length : schedule.steps);
    const ratios = sigmaGrid(grid, count, range);
    if ((ratios[0] as number) > whole.max * (1 + 1e-6)) {
      refuse(
        `A σ of ${ratios[0]} is more noise than this schedule knows, ${whole.max}; lower the grid's max, or leave it out.`,
      );
    }
    const times = grid.type === 'explicit' ? grid.times : undefined;
    const fractional = 'fractional' in solver.spacing && solver.spacing.fractional;
    const round = options.round ?? (fractional ? 'none' : 'nearest');
    return ratios.map((ratio, i) => {
      const t = timeOfNoiseRatio(schedule, ratio);
      const rounded = round === 'nearest' ? roundHalfEven(t) : round === 'down' ? Math.floor(t) : t;
      return point(rounded, ratio, times?.[i] ?? null);
    });
  }

  function rangeOf(timesteps: readonly number[]): { min: number; max: number } {
    return {
      min: noiseRatio(schedule, timesteps.at(-1) as number),
      max: noiseRatio(schedule, timesteps[0] as number),
    };
  }

  const endsAtFirst = (options.end ?? (spacing.type === 'original' ? 'first' : 'data')) === 'first';
  const end: Level = endsAtFirst ? point(0, null) : DATA;
  const stride = Math.floor(schedule.steps / points.length);
  const targets = points.map(({ model }, i): Level => {
    if (options.previous !== 'stride') return points[i + 1] ?? end;
    const t = schedule.timesteps.indexOf(model.time) - stride;
    return t >= 0 ? point(t, null) : end;
  });
  const sigma = (points[0] as GridPoint).sigma;
  const initialScale = coordinates !== 'ratio' ? 1 : spacing.type === 'leading' ? Math.sqrt(sigma ** 2 + 1) : sigma;
  return {
    grid: {
      kind: 'discrete',
      points,
      targets,
      at: (r) => point(timeOfNoiseRatio(schedule, r), r),
      atTimestep: (t) => point(t, null),
    },
    initialScale,
  };
}

/** What the model is told at t, also between the steps of a respaced schedule. */
function trainedTime(schedule: Schedule, t: number): number {
  const low = Math.floor(t);
  const a = schedule.timesteps[low] as number;
  return low === t ? a : a + (t - low) * ((schedule.timesteps[low + 1] as number) - a);
}

function resolveSpacing(
  schedule: Schedule,
  { spacing, steps, sigmas }: LevelOptions,
  solver: Pick<Solver, 'spacing'>,
): Spacing {
  if (typeof spacing === 'object') return spacing;
  if (spacing === 'all' || spacing === 'original') return { type: spacing };
  if (spacing === undefined && (steps === undefined || sigmas !== undefined)) return { type: 'all' };
  const count = steps ?? schedule.steps;
  const own = solver.spacing;
  // The one timestep of leading spacing is 0, from where noise would lead nowhere.
  if (spacing === undefined && own.type === 'leading' && count === 1) return { type: 'trailing', steps: 1 };
  if (spacing === undefined || spacing === own.type) return { ...own, steps: count } as Spacing;
  const withoutLast = 'withoutLast' in own && own.withoutLast && (spacing === 'leading' || spacing === 'linspace');
  return { type: spacing, steps: count, ...(withoutLast && { withoutLast }) } as Spacing;
}
