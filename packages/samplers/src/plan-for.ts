import { describeValue, isObject } from '@denoiser/errors';
import {
  createProcess,
  type Prediction,
  type Process,
  type ProcessOptions,
  parseSpacing,
  type SigmaGrid,
  type Spacing,
  spacedTimesteps,
} from '@denoiser/schedules';
import { createPlan } from './create-plan';
import type { Plan, Threshold } from './plan';
import type { LevelOptions, SpacingName } from './plan-options';
import { refuseOption } from './refuse';
import { type SamplerOptions, SPACINGS } from './sampler-options';
import { type Choice, checkChoice, checkOptions, stepsOf } from './sampler-rules';
import { findSampler } from './samplers';
import type { Solver } from './solver';
import { ddimInversion } from './solvers/ddim';

/** What a model was trained as. */
export interface TrainedAs {
  /** Built, or as options. */
  readonly process: Process | ProcessOptions;
  /** What it gives. Default ε, and velocity for a flow. */
  readonly prediction?: Prediction;
  /** Whether its output has the variance in a second half of the channels. Default false. */
  readonly learnedVariance?: boolean;
}

/** Steps of a process that has no number of its own, for samplers that take all. */
const CONTINUOUS_STEPS = 100;

/**
 * Returns the plan of a named sampler for a model: `planFor({ process: { type: 'cosine' } }, { sampler: 'dpmpp-2m' })`.
 *
 * @throws DenoiserError in one sentence where an option is none, or does not fit the sampler, the model or another
 * option.
 */
export function planFor(model: TrainedAs, options: SamplerOptions = {}): Plan {
  return planOf(choose(model, options), model);
}

/** Counts the steps that a sampler can take on a model at most, for menus; `steps` among the options says nothing. */
export function mostStepsFor(model: TrainedAs, { steps: _, ...options }: SamplerOptions = {}): number {
  return stepsOf(choose(model, options));
}

/**
 * Returns the two plans of DDIM inversion (Song et al. 2020, arXiv:2010.02502): from an image to its noise, and from that
 * noise to the image again. x0 is not clipped unless `threshold` asks for it: what is cut cannot be found again.
 *
 * @throws DenoiserError as `planFor`, and for a sampler other than ddim and for an `eta` above 0.
 */
export function inversionPlansFor(model: TrainedAs, options: SamplerOptions = {}): { invert: Plan; draw: Plan } {
  const { spacing, timesteps, original, sigmas } = options;
  const isFree = !(spacing || timesteps || original || sigmas) && createProcess(model.process).kind === 'discrete';
  const choice = choose(model, {
    ...options,
    ...(isFree && { spacing: 'leading' }), // to t = 0, next to the image
    sampler: options.sampler ?? 'ddim',
    threshold: options.threshold ?? 'none',
  });
  if (choice.name !== 'ddim' || options.eta) {
    refuseOption("Inversion goes DDIM's way back, which adds no noise; leave out `sampler` and `eta`.");
  }
  return { invert: planOf(choice, model, ddimInversion()), draw: planOf(choice, model) };
}

function choose(model: TrainedAs, options: SamplerOptions): Choice {
  if (!isObject(model)) {
    refuseOption(
      `A plan is for a model, described like \`{ process: { type: 'cosine' } }\`, not for ${describeValue(model)}.`,
    );
  }
  checkOptions(options);
  const { learnedVariance = false } = model;
  const choice = {
    ...findSampler(options.sampler ?? 'ddpm'),
    options,
    process: createProcess(model.process),
    learnedVariance,
  };
  checkChoice(choice);
  return choice;
}

function planOf(choice: Choice, { prediction }: TrainedAs, solver: Solver = solverOf(choice)): Plan {
  const { options, process, learnedVariance } = choice;
  return createPlan({
    process,
    solver,
    learnedVariance,
    threshold: thresholdOf(options),
    ...levelsOf(choice),
    ...(prediction && { prediction }),
    ...(options.strength !== undefined && { strength: options.strength }),
  });
}

function solverOf({ sampler, options, learnedVariance }: Choice): Solver {
  const takes = sampler.takes ?? [];
  return sampler.create({
    ...Object.fromEntries(takes.map((option) => [option, options[option]])),
    ...(learnedVariance && takes.includes('variance') && { variance: options.variance ?? 'learned-range' }),
    // A clipped x0 and the ε of what it was before do not add up to x: backgrounds turn grey under guidance.
    ...(takes.includes('rederive') && { rederive: options.rederive ?? options.threshold !== 'none' }),
  });
}

/** Which levels are visited. */
function levelsOf(choice: Choice): LevelOptions {
  const { name, sampler, options, process } = choice;
  const { original, spacing, timesteps, shift, allLevels, previous } = options;
  const end = options.end ?? sampler.end;
  const isFree = process.kind === 'discrete' && !(original || timesteps || spacing !== undefined);
  const sigmas = sigmaGridOf(options) ?? (isFree && sampler.sigmas ? { type: sampler.sigmas } : undefined);
  const count = options.steps ?? (sampler.steps === 'all' ? undefined : sampler.steps);
  if (process.kind !== 'discrete') {
    const grid: SigmaGrid | undefined = shift === undefined ? sigmas : { type: 'flow', shift };
    return {
      steps: count ?? CONTINUOUS_STEPS,
      ...(end && { end }),
      ...(grid && { sigmas: grid }),
      ...(allLevels && { allLevels }),
    };
  }
  const most = stepsOf(choice);
  // Fewer than the sampler's own number where there are so few that spacing would take some twice.
  const steps = options.steps ?? (count === undefined ? most : Math.min(count, Math.ceil(most / 2)));
  const levels = {
    ...(end && { end }),
    ...(sigmas && { sigmas }),
    ...(allLevels && { allLevels }),
    ...(previous && { previous }),
  };
  if (timesteps) return { ...levels, spacing: { type: 'explicit', timesteps } };
  if (original) return { ...levels, ...originalSteps(most + 1, count === undefined ? undefined : steps) };
  if (spacing !== undefined) return { ...levels, steps, spacing: spacingOf(spacing, steps, choice) };
  // DDPM over a part of its steps keeps both ends.
  const keepsEnds = name === 'ddpm' && !sigmas && count !== undefined;
  return { ...levels, steps, ...(keepsEnds && { spacing: 'linspace' }) };
}

/** t = T−1 … 1, or a part of that. */
function originalSteps(T: number, steps: number | undefined): LevelOptions {
  if (steps === undefined) return { spacing: 'original' };
  const timesteps = spacedTimesteps(T - 1, { type: 'linspace', steps }).map((t) => t + 1);
  return { spacing: { type: 'explicit', timesteps }, end: 'first' };
}

function spacingOf(text: string, steps: number, { options, sampler }: Choice): Spacing | SpacingName {
  const own = sampler.create({}).spacing;
  const withoutLast = 'withoutLast' in own && own.withoutLast;
  if (text === 'leading' && options.offset !== undefined) {
    return { type: text, steps, offset: options.offset, ...(withoutLast && { withoutLast }) };
  }
  const word = SPACINGS.find((name) => name === text);
  if (word) return word;
  if (!/^(ddim\d+|\d+(,\d+)*)$/.test(text)) {
    refuseOption(`\`spacing\` must be one of ${SPACINGS.join(', ')}, or like 10,15,20 or ddim25, not '${text}'.`);
  }
  if (options.steps !== undefined) {
    refuseOption(`\`spacing\` ${text} says how many steps there are; leave out \`steps\`.`);
  }
  return parseSpacing(text);
}

function sigmaGridOf({ sigmas, sigmaMin, sigmaMax, rho }: SamplerOptions): SigmaGrid | undefined {
  if (!sigmas) return undefined;
  return {
    type: sigmas,
    ...(sigmaMin !== undefined && { min: sigmaMin }),
    ...(sigmaMax !== undefined && { max: sigmaMax }),
    ...(rho !== undefined && { rho }),
  };
}

function thresholdOf({ threshold = 'static', thresholdRatio, thresholdMax }: SamplerOptions): Threshold | boolean {
  if (threshold === 'none') return false;
  if (threshold === 'dynamic') return { type: threshold, ratio: thresholdRatio ?? 0.995, max: thresholdMax ?? 10 };
  return thresholdMax === undefined ? true : { type: threshold, min: -thresholdMax, max: thresholdMax };
}
