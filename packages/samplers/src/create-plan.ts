import { describeValue, unknownOption } from '@denoiser/errors';
import { createProcess, type Process } from '@denoiser/schedules';
import { angleGrid, flowGrid, sigmaProcessGrid } from './continuous-grid';
import { discreteGrid } from './discrete-grid';
import type { Grid, ProcessKind } from './grid';
import type { Level, Plan, PlanStep } from './plan';
import type { LevelOptions, PlanOptions } from './plan-options';
import { refuse } from './refuse';
import type { Solver } from './solver';

/**
 * Returns a sampler as a list of numbers, in float64 and without tensors:
 * `createPlan({ process: { type: 'linear' }, solver: ddpm(), steps: 100 })`.
 *
 * @throws DenoiserError where the parts do not fit each other; the sentence names what to use instead.
 */
export function createPlan<Stochastic extends boolean>(options: PlanOptions<Stochastic>): Plan<Stochastic> {
  checkOptions(options);
  const { solver, threshold } = options;
  const process = createProcess(options.process);
  checkSolver(solver, process, options.learnedVariance);
  const whole = gridOf(process, options, solver);
  const grid = cut(whole.grid, options.strength);
  const steps = solver.steps(grid);
  checkFinite(solver.name, steps);
  const start = solver.startsAt?.(grid) ?? (grid.points[0] as Level);
  if (!solver.startsAt) checkWay(solver.name, start, steps);
  return {
    solver: solver.name,
    stochastic: solver.stochastic,
    start: { alpha: start.alpha, sigma: start.sigma },
    initialScale: options.initialScale ?? whole.initialScale,
    threshold: threshold === true ? { type: 'static', min: -1, max: 1 } : threshold || null,
    learnedVariance: options.learnedVariance ?? solver.learnedVariance ?? false,
    steps: steps.map(({ from, to, ...step }) => ({
      ...step,
      from: { alpha: from.alpha, sigma: from.sigma },
      to: { alpha: to.alpha, sigma: to.sigma },
    })),
  };
}

const names = [
  ...(['process', 'solver', 'threshold', 'strength', 'initialScale', 'learnedVariance'] as const),
  ...(['steps', 'sigmas', 'prediction', 'end', 'spacing', 'allLevels', 'previous', 'round', 'time'] as const),
] satisfies (keyof PlanOptions)[];
const NAMES: readonly string[] = names;

function checkOptions(options: PlanOptions): void {
  if (typeof options !== 'object' || options === null) {
    refuse(`A plan is made of an object of \`process\`, \`solver\` and more, not of ${describeValue(options)}.`);
  }
  const sentence = unknownOption('createPlan', options, NAMES);
  if (sentence) refuse(sentence);
  const { solver } = options;
  if (typeof solver?.steps !== 'function') {
    refuse(`\`solver\` must be a solver as \`ddim()\` makes it, not ${describeValue(solver)}.`);
  }
}

const KINDS: Readonly<Record<ProcessKind, readonly [many: string, one: string]>> = {
  discrete: ['discrete schedules', 'a discrete schedule'],
  sigma: ['EDM models', 'an EDM model'],
  angle: ['processes by angle', 'a process by angle'],
  flow: ['flows', 'a flow'],
};

function checkSolver(solver: Solver, process: Process, learnedVariance: boolean | undefined): void {
  const { name, kinds } = solver;
  if (kinds && !kinds.includes(process.kind)) {
    const theirs = kinds.map((kind) => KINDS[kind][0]).join(' and ');
    refuse(`${name} is for ${theirs}, not for ${KINDS[process.kind][1]}; use euler or heun.`);
  }
  if (solver.learnedVariance && learnedVariance === false) {
    refuse(`${name} reads its noise from a learned variance, which the model does not have; use posterior or beta.`);
  }
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

/** A plan whose end is as noisy as its start gives the noise back. */
function checkWay(name: string, start: Level, steps: readonly PlanStep[]): void {
  const end = steps.at(-1)?.to ?? start;
  if (end.sigma * start.alpha < start.sigma * end.alpha) return;
  refuse(`${name} ends with as much noise as it begins with on these levels; take more steps, or end: 'data'.`);
}

function gridOf(process: Process, options: LevelOptions, solver: Solver): { grid: Grid; initialScale: number } {
  switch (process.kind) {
    case 'discrete':
      return discreteGrid(process, options, solver);
    case 'sigma':
      return sigmaProcessGrid(process, options);
    case 'angle':
      return angleGrid(process, options, solver);
    case 'flow':
      return flowGrid(process, options, solver);
  }
}

function cut(grid: Grid, strength = 1): Grid {
  if (!(strength > 0 && strength <= 1)) refuse(`\`strength\` must lie in (0, 1], not ${strength}.`);
  const n = grid.points.length;
  // Rounded to the decimal that was written: 0.29 of 100 is 29, although the product is a hair less.
  const kept = Math.floor(Number((n * strength).toPrecision(12)));
  const first = n - Math.max(1, kept);
  return { ...grid, points: grid.points.slice(first), targets: grid.targets.slice(first) };
}
