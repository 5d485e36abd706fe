import type { FlowProcess, Prediction, Schedule, SigmaGrid, SigmaProcess, Spacing } from '@denoiser/schedules';
import { flowGrid, sigmaProcessGrid } from './continuous-grid';
import { discreteGrid } from './discrete-grid';
import type { Grid, ProcessKind } from './grid';
import type { Level, Plan, PlanStep, Threshold } from './plan';
import { refuse } from './refuse';
import type { Solver } from './solver';

/** What a model was trained as: a discrete schedule, an EDM or variance-exploding process, or a flow. */
export type Process = Schedule | SigmaProcess | FlowProcess;

/** Predictions that a process admits: with zero terminal SNR, ε says nothing of x0 at the first step. */
export type PredictionFor<P extends Process> = P extends FlowProcess
  ? 'flow' | 'x0' | 'epsilon'
  : P extends SigmaProcess
    ? never
    : P extends Schedule<false>
      ? 'epsilon' | 'x0' | 'v' | 'flow'
      : 'x0' | 'v';

/** Grids of σ that suit a process. The EDM paper's own ranges are for models that were trained with them. */
export type SigmaGridFor<P extends Process> = P extends SigmaProcess
  ? SigmaGrid
  : Exclude<SigmaGrid, { type: 'edm' | 'vp' | 've' }>;

export type SpacingName = 'all' | 'original' | 'leading' | 'trailing' | 'linspace' | 'quadratic' | 'ddim' | 'lcm';

type Common<P extends Process, Stochastic extends boolean> = {
  /** What the model was trained with. */
  readonly schedule: P;
  readonly solver: Solver<P['kind'], Stochastic>;
  /** How many levels are visited. Default: every step of a discrete schedule; otherwise it must be given. */
  readonly steps?: number;
  /** true: x0 is clipped to [−1, 1]. */
  readonly threshold?: Threshold | boolean;
  /** Image-to-image: the share, in (0, 1], of the steps that is run, the last ones. */
  readonly strength?: number;
  /** The factor of the first noise, where it is not to be the grid's. */
  readonly initialScale?: number;
  /** σ/α of the levels, instead of whole timesteps. */
  readonly sigmas?: SigmaGridFor<P> | SigmaGridFor<P>['type'];
};

type DiscreteOptions = {
  /** Which timesteps; by name with `steps`. Default: the solver's way. With `sigmas` it says only what range they span. */
  readonly spacing?: Spacing | SpacingName;
  /** Where x ends: 'data' is free of noise (default), 'first' is timestep 0 (default for spacing 'original'). */
  readonly end?: 'data' | 'first';
  /** Whether a step leads to the next timestep of the list, or T/steps down (as diffusers' DDIM). */
  readonly previous?: 'next' | 'stride';
  /** Timesteps that fall between whole ones: as they are, rounded, or cut. Default: as the solver's spacing has it. */
  readonly round?: 'none' | 'nearest' | 'down';
  /** What the model is told: its timestep (default), or ln(σ/α)/4. */
  readonly time?: 'timestep' | 'log-sigma';
};

type ContinuousOptions = {
  /** 'data': σ = 0 (default); 'first': the last σ of the grid. */
  readonly end?: 'data' | 'first';
};

export type PlanOptions<P extends Process = Process, Stochastic extends boolean = boolean> = Common<P, Stochastic> &
  (P extends Schedule ? DiscreteOptions : ContinuousOptions) &
  ([PredictionFor<P>] extends [never]
    ? { readonly prediction?: undefined }
    : P extends Schedule<false> | FlowProcess
      ? { /** What the model gives; default ε, for a flow 'flow'. */ readonly prediction?: PredictionFor<P> }
      : { /** What the model gives. */ readonly prediction: PredictionFor<P> });

/** The options as the functions behind see them, whatever the process. */
export type AnyPlanOptions = Omit<Common<Process, boolean>, 'schedule' | 'solver' | 'sigmas'> &
  DiscreteOptions & { readonly sigmas?: SigmaGrid | SigmaGrid['type']; readonly prediction?: Prediction };

/**
 * A sampler as a list of numbers, in float64 and without tensors: `createPlan({ schedule, solver: ddpm(), steps: 100 })`.
 *
 * @throws ScheduleError where the parts do not fit each other, with what to use instead.
 */
export function createPlan<const P extends Process, Stochastic extends boolean>(
  options: PlanOptions<P, Stochastic> & { readonly schedule: P; readonly solver: Solver<P['kind'], Stochastic> },
): Plan<Stochastic> {
  const { solver, threshold } = options;
  const { grid, initialScale } = gridOf(options.schedule, options as AnyPlanOptions, solver);
  const kept = cut(grid as Grid<P['kind']>, options.strength);
  const steps = solver.steps(kept);
  checkFinite(solver.name, steps);
  const start = solver.startsAt?.(kept) ?? (kept.points[0] as Level);
  return {
    solver: solver.name,
    stochastic: solver.stochastic,
    start: { alpha: start.alpha, sigma: start.sigma },
    initialScale: options.initialScale ?? initialScale,
    threshold: threshold === true ? { type: 'static', min: -1, max: 1 } : threshold || null,
    learnedVariance: solver.learnedVariance ?? false,
    steps: steps.map(({ from, to, ...step }) => ({
      ...step,
      from: { alpha: from.alpha, sigma: from.sigma },
      to: { alpha: to.alpha, sigma: to.sigma },
    })),
  };
}

function checkFinite(name: string, steps: readonly PlanStep[]): void {
  const index = steps.findIndex(({ model, next, keep }) =>
    [...Object.values(model ?? {}), ...[next, ...Object.values(keep ?? {})].flatMap(Object.values)].some(
      (value) => !Number.isFinite(value),
    ),
  );
  if (index < 0) return;
  refuse(
    `${name} has no finite step ${index} on these levels; where x is noise alone, begin lower, predict x0 or v, or use ddim.`,
  );
}

function gridOf(
  schedule: Process,
  options: AnyPlanOptions,
  solver: Solver<never>,
): { grid: Grid; initialScale: number } {
  switch (schedule.kind) {
    case 'discrete':
      return discreteGrid(schedule, options, solver);
    case 'sigma':
      return sigmaProcessGrid(schedule, options);
    case 'flow':
      return flowGrid(schedule, options, solver);
  }
}

function cut<K extends ProcessKind>(grid: Grid<K>, strength = 1): Grid<K> {
  if (!(strength > 0 && strength <= 1)) {
    refuse(`strength must lie in (0, 1], not ${strength}.`);
  }
  const n = grid.points.length;
  const first = n - Math.max(1, Math.min(n, Math.floor(n * strength)));
  return { ...grid, points: grid.points.slice(first), targets: grid.targets.slice(first) };
}
