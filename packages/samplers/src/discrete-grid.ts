import {
  levelAt,
  levelsWithSignal,
  noiseRatio,
  roundHalfEven,
  type Schedule,
  type Spacing,
  sigmaGrid,
  spacedTimesteps,
  timeOfNoiseRatio,
} from '@denoiser/schedules';
import type { Grid, GridPoint } from './grid';
import type { Level } from './plan';
import type { LevelOptions } from './plan-options';
import { preservingPoint } from './preserving-point';
import { refuse } from './refuse';
import type { Solver } from './solver';

const DATA: Level = { alpha: 1, sigma: 0 };

/**
 * Counts the levels of a schedule, from t = 0 on, that a plan spreads its steps over: all of them, or, where solver or
 * grid go by σ or λ, those that hold signal. Timesteps named one by one are taken as they are.
 */
export function visitedLevels(
  schedule: Schedule,
  { allLevels, sigmas }: Pick<LevelOptions, 'allLevels' | 'sigmas'>,
  { coordinates }: Pick<Solver, 'coordinates'>,
): number {
  const goesByNoise = coordinates !== 'schedule' || sigmas !== undefined;
  return goesByNoise && !allLevels ? levelsWithSignal(schedule) : schedule.steps;
}

/** Returns the levels of a discrete schedule in the coordinates of a solver. */
export function discreteGrid(
  schedule: Schedule,
  options: LevelOptions,
  solver: Pick<Solver, 'coordinates' | 'spacing' | 'name' | 'startsAt'>,
): { grid: Grid; initialScale: number } {
  const prediction = options.prediction ?? 'epsilon';
  if (schedule.zeroTerminalSnr && prediction === 'epsilon') {
    refuse('With zero terminal SNR the first x holds nothing of x0 that epsilon could tell; use prediction v or x0.');
  }
  const { coordinates } = solver;
  const point = (t: number, ratio: number | null, told: number | null = null): GridPoint => {
    const r = ratio ?? noiseRatio(schedule, t);
    const isNative = coordinates === 'schedule' && ratio === null && Number.isInteger(t);
    const time = told ?? (options.time === 'log-sigma' ? Math.log(r) / 4 : trainedTime(schedule, t));
    const at = { ratio: r, time, ...(isNative && { level: levelAt(schedule, t) }) };
    return preservingPoint(solver, prediction, at);
  };
  const visited = visitedLevels(schedule, options, solver);
  const spacing = resolveSpacing(schedule, visited, options, solver);
  const timesteps = () => spacedTimesteps(spacing.type === 'explicit' ? schedule.steps : visited, spacing);
  const points = options.sigmas ? sigmaPoints() : timesteps().map((t) => point(t, null));
  checkBeginning(schedule, points, spacing, solver);

  function sigmaPoints(): GridPoint[] {
    const grid = typeof options.sigmas === 'object' ? options.sigmas : { type: options.sigmas as 'karras' };
    const whole = { min: noiseRatio(schedule, 0), max: noiseRatio(schedule, visited - 1) };
    const range = options.spacing ? rangeOf(timesteps()) : whole;
    const count = options.steps ?? (grid.type === 'explicit' ? grid.values.length : visited);
    const ratios = sigmaGrid(grid, count, range);
    const most = noiseRatio(schedule, schedule.steps - 1);
    if ((ratios[0] as number) > most * (1 + 1e-6)) {
      refuse(
        `A σ of ${ratios[0]} is more noise than this schedule knows, ${most}; lower the grid's max, or leave it out.`,
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

  function rangeOf(spaced: readonly number[]): { min: number; max: number } {
    return { min: noiseRatio(schedule, spaced.at(-1) as number), max: noiseRatio(schedule, spaced[0] as number) };
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
      mostNoise: noiseRatio(schedule, schedule.steps - 1),
      points,
      targets,
      at: (r) => point(timeOfNoiseRatio(schedule, r), r),
      atTimestep: (t) => point(t, null),
    },
    initialScale,
  };
}

/** One timestep that is 0 is no beginning: noise would be taken for an image that is all but clean. */
function checkBeginning(
  schedule: Schedule,
  points: readonly GridPoint[],
  { type }: Spacing,
  { name, startsAt }: Pick<Solver, 'name' | 'startsAt'>,
): void {
  const isLowest = points.length === 1 && points[0]?.model.time === schedule.timesteps[0];
  if (!isLowest || schedule.steps === 1 || type === 'explicit' || startsAt) return;
  refuse(
    `The one timestep of ${type} spacing is 0, where ${name} would take noise for an image; use trailing, or more.`,
  );
}

/** What the model is told at t, also between the steps of a respaced schedule. */
function trainedTime(schedule: Schedule, t: number): number {
  const low = Math.floor(t);
  const a = schedule.timesteps[low] as number;
  return low === t ? a : a + (t - low) * ((schedule.timesteps[low + 1] as number) - a);
}

function resolveSpacing(
  schedule: Schedule,
  visited: number,
  { spacing, steps, sigmas, prediction = 'epsilon' }: LevelOptions,
  solver: Pick<Solver, 'spacing'>,
): Spacing {
  if (typeof spacing === 'object') return spacing;
  if (spacing === 'all' || spacing === 'original') return { type: spacing };
  if (spacing === undefined && (steps === undefined || sigmas !== undefined)) return { type: 'all' };
  const count = steps ?? visited;
  const own = solver.spacing;
  // Leading spacing leaves out the last stride. Of one step it is all but t = 0, from where noise would lead nowhere. On
  // schedules that end in noise alone (cosine: α ≈ π/2·(1 − t/T)) it begins where 1.6/n of the image should be in x, and
  // isn't; from ε that could not be found at the end either.
  const endsInNoise = levelsWithSignal(schedule) < schedule.steps && prediction !== 'epsilon';
  if (spacing === undefined && own.type === 'leading' && (count === 1 || endsInNoise)) {
    return { type: 'trailing', steps: count };
  }
  if (spacing === undefined || spacing === own.type) return { ...own, steps: count } as Spacing;
  const withoutLast = 'withoutLast' in own && own.withoutLast && (spacing === 'leading' || spacing === 'linspace');
  return { type: spacing, steps: count, ...(withoutLast && { withoutLast }) } as Spacing;
}
