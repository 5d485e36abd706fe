import {
  type AngleProcess,
  epsFrom,
  type FlowProcess,
  LEAST_LAMBDA,
  preconditioning,
  type SigmaGrid,
  type SigmaProcess,
  shiftSigma,
  sigmaGrid,
  x0From,
} from '@denoiser/schedules';
import type { Grid, GridPoint, ProcessKind } from './grid';
import type { Level } from './plan';
import type { LevelOptions } from './plan-options';
import { preservingPoint } from './preserving-point';
import { refuse } from './refuse';
import type { Solver } from './solver';

/** Returns the levels of an EDM or variance-exploding model: x = x0 + σ·ε. */
export function sigmaProcessGrid(process: SigmaProcess, options: LevelOptions): { grid: Grid; initialScale: number } {
  const point = (sigma: number, told?: number): GridPoint => {
    const { input, shift, noise, fromX, fromOutput } = preconditioning(process, sigma);
    return {
      alpha: 1,
      sigma,
      model: {
        time: told ?? noise,
        inputScale: input,
        ...(shift && { inputShift: shift }),
        x0FromX: fromX,
        x0FromOutput: fromOutput,
      },
      eps: { x: (1 - fromX) / sigma, output: -fromOutput / sigma },
    };
  };
  const sigmas = sigmasOf(options, { type: 'karras' }, { min: process.sigmaMin, max: process.sigmaMax });
  const scale = Math.sqrt((sigmas.values[0] as number) ** 2 + 1);
  return {
    grid: assemble('sigma', sigmas, { point, at: point, mostNoise: process.sigmaMax }, options),
    initialScale: scale,
  };
}

/** The greatest σ/α where solvers need a finite one: that of ᾱ = 2⁻²⁴, as for discrete schedules. */
const MOST_RATIO = Math.sqrt(2 ** 24 - 1);
/** The least σ/α of grids other than the process's own: σ of EDM. */
const LEAST_RATIO = 0.002;

/**
 * Returns the levels of a process by angle, x = cos(φ)·x0 + sin(φ)·ε. Solvers that go by σ or λ begin where there is
 * signal, unless all levels are asked for.
 */
export function angleGrid(
  process: AngleProcess,
  options: LevelOptions,
  solver: Pick<Solver, 'coordinates'>,
): { grid: Grid; initialScale: number } {
  const { coordinates } = solver;
  const prediction = options.prediction ?? 'v';
  if (prediction === 'epsilon') {
    refuse('By angle the first x holds nothing of x0 that epsilon could tell; use prediction v or x0.');
  }
  const point = (ratio: number, told?: number): GridPoint =>
    preservingPoint(solver, prediction, {
      ratio,
      time: told ?? (Math.atan(ratio) / (Math.PI / 2)) * process.steps,
    });
  const most = options.allLevels ? MOST_RATIO : Math.exp(-LEAST_LAMBDA);
  const own = { type: 'angle', ...(coordinates !== 'schedule' && { max: most }) } as const;
  const asked = typeof options.sigmas === 'object' && options.sigmas.type === 'angle' ? options.sigmas : {};
  const chosen = { ...own, ...asked };
  const sigmas = sigmasOf(asked === options.sigmas ? { ...options, sigmas: chosen } : options, own, {
    min: LEAST_RATIO,
    max: most,
  });
  const first = sigmas.values[0] as number;
  return {
    grid: assemble('angle', sigmas, { point, at: point, mostNoise: MOST_RATIO }, options),
    initialScale: coordinates === 'ratio' ? Math.hypot(1, first) : 1,
  };
}

/** Returns the levels of a flow: x = (1 − σ)·x0 + σ·ε, told σ·steps. */
export function flowGrid(
  process: FlowProcess,
  options: LevelOptions,
  solver: Pick<Solver, 'coordinates'>,
): { grid: Grid; initialScale: number } {
  const prediction = options.prediction ?? 'flow';
  const point = (sigma: number, told?: number): GridPoint => {
    // Solvers in the log of α/σ begin a hair below noise alone.
    const alpha = Math.max(1 - sigma, solver.coordinates === 'finite' ? 1e-6 : 0);
    const x0 = x0From(prediction, alpha, sigma);
    const eps = epsFrom(prediction, alpha, sigma);
    return {
      alpha,
      sigma,
      model: { time: told ?? sigma * process.steps, inputScale: 1, x0FromX: x0.fromX, x0FromOutput: x0.fromOutput },
      eps: { x: eps.fromX, output: eps.fromOutput },
    };
  };
  const { shift, steps } = process;
  // The grid begins at 1 and ends at the least σ of training, both shifted once more (as diffusers has it).
  const least = shiftSigma(1 / steps, shift);
  const range = { min: shiftSigma(least, shift), max: 1 };
  const sigmas = sigmasOf(options, { type: 'flow', min: least, shift }, range);
  const at = (r: number) => point(r / (1 + r));
  return {
    grid: assemble('flow', sigmas, { point, at, mostNoise: Number.POSITIVE_INFINITY }, options),
    initialScale: 1,
  };
}

type Sigmas = { readonly values: readonly number[]; readonly times?: readonly number[] };

function sigmasOf(options: LevelOptions, own: SigmaGrid, range: { min: number; max: number }): Sigmas {
  const { sigmas = own, steps } = options;
  const grid = typeof sigmas === 'object' ? sigmas : sigmas === own.type ? own : { type: sigmas as 'karras' };
  if (steps === undefined && grid.type !== 'explicit') {
    refuse('A continuous process has no steps of its own; say how many: steps: 18.');
  }
  const values = sigmaGrid(grid, steps ?? 0, range);
  return { values, ...(grid.type === 'explicit' && grid.times && { times: grid.times }) };
}

function assemble(
  kind: ProcessKind,
  { values, times }: Sigmas,
  {
    point,
    at,
    mostNoise,
  }: Pick<Grid, 'at' | 'mostNoise'> & { readonly point: (sigma: number, told?: number) => GridPoint },
  options: LevelOptions,
): Grid {
  const points = values.map((sigma, i) => point(sigma, times?.[i]));
  const end: Level = options.end === 'first' ? (points.at(-1) as Level) : { alpha: 1, sigma: 0 };
  return {
    kind,
    mostNoise,
    points,
    targets: points.map((_, i) => points[i + 1] ?? end),
    at,
    atTimestep: () => {
      refuse('This solver needs whole timesteps, which a continuous process has not; use euler or heun.');
    },
  };
}
