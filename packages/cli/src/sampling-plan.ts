import { createPlan, type Plan, type PlanOptions, type ProcessKind, type Solver } from '@denoiser/samplers/arrays';
import { type Prediction, parseSpacing, type SigmaGrid, type Spacing, spacedTimesteps } from '@denoiser/schedules';
import { CommandError } from './errors';
import { flagOf } from './flag';
import { aliases, type Sampler, type SolverOptions, samplers } from './samplers';

type Process = PlanOptions['schedule'];

/** Words of `--spacing`; beside them `10,15,20` and `ddim25`. */
export const SPACINGS = ['all', 'leading', 'trailing', 'linspace', 'quadratic', 'ddim', 'lcm'] as const;

/** What the command line says of the steps, beside the solver's own options. */
export interface PlanOptionsOfUser extends SolverOptions {
  /** Default 'ddpm'. */
  sampler?: string;
  steps?: number;
  spacing?: string;
  offset?: number;
  timesteps?: readonly number[];
  sigmas?: SigmaGrid['type'];
  sigmaMin?: number;
  sigmaMax?: number;
  rho?: number;
  shift?: number;
  end?: 'data' | 'first';
  original?: boolean;
  threshold?: 'none' | 'static' | 'dynamic';
  thresholdRatio?: number;
  thresholdMax?: number;
  noclip?: boolean;
  strength?: number;
  /** Only whether it is there. */
  inpaint?: string;
}

/** A model's process and what it was trained to give. */
export interface Trained {
  process: Process;
  prediction?: Prediction;
  /** Its output has the variance in a second half of the channels. */
  learnedVariance?: boolean;
}

const bad = (message: string) => new CommandError('bad-option', message);

/** The sampler of that name. */
export function findSampler(name: string): { name: string; sampler: Sampler } {
  const known = aliases[name] ?? name;
  const sampler = Object.hasOwn(samplers, known) ? samplers[known] : undefined;
  if (sampler) return { name: known, sampler };
  throw bad(`--sampler ${name}: there is no such sampler; 'denoiser sample --list' lists them.`);
}

/**
 * The plan that the command line means for a model; `instead` is a solver that goes the same steps in another way.
 *
 * @throws CommandError in one sentence where options do not fit.
 */
export function makePlan(options: PlanOptionsOfUser & Trained, instead?: Solver<ProcessKind>): Plan {
  const { process, prediction, learnedVariance = false, strength } = options;
  const { name, sampler } = findSampler(options.sampler ?? 'ddpm');
  refuseStrangers(name, sampler, options);
  const own = sampler.create({
    ...Object.fromEntries((sampler.takes ?? []).map((option) => [option, options[option]])),
    ...(learnedVariance && sampler.takes?.includes('variance') && { variance: options.variance ?? 'learned-range' }),
  }) as Solver<ProcessKind>; // it suits the process: refuseStrangers has looked
  const solver = instead ?? own;
  const plan = createPlan({
    schedule: process,
    solver,
    prediction,
    strength,
    ...levels(name, sampler, options),
    threshold: thresholdOf(options),
  } as PlanOptions<Process> & { schedule: Process; solver: Solver<ProcessKind> });
  return learnedVariance ? { ...plan, learnedVariance } : plan;
}

/** Which levels are visited. */
function levels(name: string, sampler: Sampler, options: PlanOptionsOfUser & Trained) {
  const { process, original, spacing, timesteps, steps, shift } = options;
  const end = options.end ?? sampler.end;
  const isFree = process.kind === 'discrete' && !(original || timesteps || spacing !== undefined);
  const sigmas = sigmaGridOf(options) ?? (isFree && sampler.sigmas ? { type: sampler.sigmas } : undefined);
  const count = steps ?? (sampler.steps === 'all' ? undefined : sampler.steps);
  if (process.kind !== 'discrete') {
    const grid = shift === undefined ? sigmas : { type: 'flow', shift };
    return { steps: count ?? CONTINUOUS_STEPS, end, ...(grid && { sigmas: grid }) };
  }
  const most = process.steps - (original ? 1 : 0);
  if (steps !== undefined && steps > most) {
    throw bad(`--steps ${steps} is more than there are; the diffusion has ${most} steps.`);
  }
  // Fewer than the sampler's own number where there are so few that spacing would take some twice.
  const own = count === undefined ? most : Math.min(count, Math.ceil(most / 2));
  const given = { steps: steps ?? own, end, ...(sigmas && { sigmas }) };
  if (timesteps) return { ...given, steps: undefined, spacing: { type: 'explicit', timesteps } };
  if (original) return { ...given, ...originalSteps(process.steps, count === undefined ? undefined : given.steps) };
  if (spacing !== undefined) return { ...given, spacing: spacingOf(spacing, given.steps, options) };
  if (sigmas || count === undefined) return given;
  // DDPM over a part of its steps keeps both ends.
  return name === 'ddpm' ? { ...given, spacing: 'linspace' } : given;
}

/** Steps of a process that has no number of its own, for samplers that take all. */
const CONTINUOUS_STEPS = 100;

/** t = T−1 … 1, or a part of that. */
function originalSteps(T: number, steps: number | undefined) {
  if (steps === undefined) return { spacing: 'original', steps: undefined };
  const timesteps = spacedTimesteps(T - 1, { type: 'linspace', steps: Math.min(steps, T - 1) }).map((t) => t + 1);
  return { spacing: { type: 'explicit', timesteps }, end: 'first', steps: undefined };
}

function spacingOf(text: string, steps: number, { offset, ...options }: PlanOptionsOfUser): Spacing | string {
  if (text === 'leading' && offset !== undefined) return { type: text, steps, offset };
  if (SPACINGS.some((word) => word === text)) return text;
  if (!/^(ddim\d+|\d+(,\d+)*)$/.test(text)) {
    throw bad(`--spacing must be one of ${SPACINGS.join(', ')}, or like 10,15,20 or ddim25, got '${text}'.`);
  }
  if (options.steps !== undefined) throw bad(`--spacing ${text} says how many steps there are; leave out --steps.`);
  return parseSpacing(text);
}

function sigmaGridOf({ sigmas, sigmaMin, sigmaMax, rho }: PlanOptionsOfUser): SigmaGrid | undefined {
  const parts = { min: sigmaMin, max: sigmaMax, rho };
  const given = Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== undefined));
  if (sigmas) return { type: sigmas, ...given } as SigmaGrid;
  if (Object.keys(given).length === 0) return undefined;
  throw bad('--sigma-min, --sigma-max and --rho shape a grid of σ; name it, like --sigmas karras.');
}

function thresholdOf({ threshold, thresholdRatio, thresholdMax, noclip }: PlanOptionsOfUser) {
  const kind = threshold ?? (noclip ? 'none' : 'static');
  if (kind === 'none') return false;
  if (kind === 'dynamic') return { type: kind, ratio: thresholdRatio ?? 0.995, max: thresholdMax ?? 10 };
  return thresholdMax === undefined ? true : { type: kind, min: -thresholdMax, max: thresholdMax };
}

const SOLVER_OPTIONS = new Set(Object.values(samplers).flatMap(({ takes = [] }) => takes));

/** One sentence for the first option that does not fit the sampler or the model. */
function refuseStrangers(name: string, sampler: Sampler, options: PlanOptionsOfUser & Trained): void {
  const { process, learnedVariance, variance, order, original, spacing, timesteps, sigmas } = options;
  const refuse = (condition: unknown, message: string) => {
    if (condition) throw bad(message);
  };
  for (const option of SOLVER_OPTIONS) {
    if (options[option] === undefined || sampler.takes?.includes(option)) continue;
    const takers = Object.keys(samplers).filter((other) => samplers[other]?.takes?.includes(option));
    throw bad(`${flagOf(option)} is for ${list(takers)}, not for ${name}; leave it out.`);
  }
  refuse(
    !sampler.kinds.includes(process.kind),
    `--sampler ${name} is for ${list(sampler.kinds.map((kind) => KINDS[kind].many))}, but this is ${KINDS[process.kind].one}; try dpmpp-2m.`,
  );
  refuse(
    order !== undefined && !sampler.orders?.includes(order),
    `--order ${order}: ${name} has the orders ${sampler.orders?.join(', ')}.`,
  );
  refuse(
    variance?.startsWith('learned') && !learnedVariance,
    `--variance ${variance} needs a network that learned its variance, which this one did not; use posterior or beta.`,
  );
  refuse(
    sampler.needsInpainting && options.inpaint === undefined,
    `--sampler ${name} fills a part of a picture; give --inpaint and --mask.`,
  );
  const spaced = [spacing && '--spacing', timesteps && '--timesteps', original && '--original'].filter(Boolean);
  refuse(spaced.length > 1, `${list(spaced as string[])} each say which timesteps are taken; give one of them.`);
  refuse(
    process.kind !== 'discrete' && spaced.length > 0,
    `${spaced[0]} chooses timesteps, but this model has a continuous noise level; use --sigmas.`,
  );
  refuse(
    sigmas && (timesteps || original),
    `--sigmas and ${timesteps ? '--timesteps' : '--original'} both say which levels are taken; give one of them.`,
  );
  refuse(timesteps && options.steps !== undefined, '--timesteps says how many steps there are; leave out --steps.');
  const gridKind = sigmas && GRIDS[sigmas];
  refuse(
    gridKind && gridKind !== process.kind,
    `--sigmas ${sigmas} is for ${gridKind && KINDS[gridKind].many}, but this is ${KINDS[process.kind].one}; try karras.`,
  );
  refuse(
    sampler.wholeTimesteps && sigmas,
    `--sigmas does not fit ${name}, which moves between whole timesteps; use --spacing.`,
  );
  refuse(
    sampler.rawOutput && options.threshold && options.threshold !== 'none',
    `--threshold has no effect on ${name}, which works on the network's output as it is; leave it out.`,
  );
  refuse(options.noclip && options.threshold, '--noclip is --threshold none; give one of them.');
  refuse(
    options.shift !== undefined && (process.kind !== 'flow' || sigmas),
    '--shift is for flow models without --sigmas; leave it out.',
  );
  refuse(
    options.offset !== undefined && spacing !== 'leading',
    '--offset moves the timesteps of --spacing leading; leave it out.',
  );
  refuse(
    options.thresholdRatio !== undefined && options.threshold !== 'dynamic',
    '--threshold-ratio is for --threshold dynamic; leave it out.',
  );
}

const KINDS = {
  discrete: { many: 'models of discrete timesteps', one: 'one of discrete timesteps' },
  sigma: { many: 'EDM models', one: 'an EDM model' },
  flow: { many: 'flow models', one: 'a flow model' },
};

/** Grids whose ranges are those of a kind of model. */
const GRIDS: Readonly<Record<string, Process['kind']>> = { edm: 'sigma', vp: 'sigma', ve: 'sigma', flow: 'flow' };

const list = (words: readonly string[]): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
