import { describeValue } from '@denoiser/errors';
import {
  type AngleOptions,
  type EdmOptions,
  MOST_STEPS,
  type Process,
  type ProcessOptions,
  type ScheduleOptions,
  type SigmaProcess,
} from '@denoiser/schedules';
import { oneKind } from './kinds';
import { badOption, numberAbove, numberFrom, optional, type Setting, trueOrFalse, wholeNumber } from './settings';

/** The noise of training as options: those of `createSchedule`, or continuous time by angle or by σ (EDM). */
export type TrainedSchedule = ScheduleOptions | AngleOptions | EdmOptions;

/**
 * The number of timesteps: the only default that is filled in here. What a schedule does without its other options is its own
 * matter, in `@denoiser/schedules`.
 */
const steps = { ...wholeNumber(1, 1000, MOST_STEPS), about: 'steps T of the diffusion' };
const zeroTerminalSnr = {
  ...optional(trueOrFalse()),
  about: 'shift and scale ᾱ so that the last one is 0; needs v or x0',
};
const beta = optional(numberFrom(0, 1));
const ends = {
  betaStart: { ...beta, about: 'β of the first step' },
  betaEnd: { ...beta, about: 'β of the last step' },
};
const number = optional<number>({
  range: 'a number',
  schema: { type: 'number' },
  isValid: (value) => typeof value === 'number' && Number.isFinite(value),
});
const maxBeta = { ...optional(numberAbove(0)), about: 'the greatest β' };

const betas: Setting<ArrayLike<number>> = {
  range: `the β of each step, of at most ${MOST_STEPS}`,
  schema: { type: 'array', items: { type: 'number', minimum: 0, maximum: 1 }, minItems: 1, maxItems: MOST_STEPS },
  isValid: (value) =>
    (Array.isArray(value) || ArrayBuffer.isView(value)) &&
    'length' in value &&
    Number(value.length) > 0 &&
    Number(value.length) <= MOST_STEPS,
  resolve: (_, value) => Array.from(value), // plain JSON
};

/** The options of a process to train, by type. */
export const SCHEDULES: { readonly [Type in NonNullable<TrainedSchedule['type']>]: { settings: object } } = {
  linear: {
    settings: {
      steps,
      ...ends,
      endsScaled: { ...optional(trueOrFalse()), about: 'multiply both β by 1000/T' },
      zeroTerminalSnr,
    },
  },
  'scaled-linear': { settings: { steps, ...ends, zeroTerminalSnr } },
  'sigmoid-beta': { settings: { steps, ...ends, zeroTerminalSnr } },
  cosine: { settings: { steps, offset: { ...number, about: 's of the cosine' }, maxBeta, zeroTerminalSnr } },
  'sigmoid-alpha-bar': {
    settings: {
      steps,
      start: { ...number, about: 'where the sigmoid begins' },
      end: { ...number, about: 'where it ends' },
      tau: { ...number, about: 'its temperature' },
      maxBeta,
      zeroTerminalSnr,
    },
  },
  laplace: { settings: { steps, maxBeta, zeroTerminalSnr } },
  exponential: { settings: { steps, rate: { ...number, about: 'ᾱ(u) = exp(−rate·u)' }, maxBeta, zeroTerminalSnr } },
  custom: { settings: { betas, zeroTerminalSnr } },
  angle: { settings: { steps: { ...steps, about: 'what the network is told at the noisiest time' } } },
  edm: {
    settings: {
      steps: { ...wholeNumber(2, 1000, MOST_STEPS), about: 'parts of the distribution of σ, by which losses are told' },
      sigmaMin: { ...optional(numberAbove(0)), about: 'the least σ of sampling' },
      sigmaMax: { ...optional(numberAbove(0)), about: 'the greatest σ of sampling' },
      sigmaData: { ...optional(numberAbove(0)), about: 'standard deviation of the pictures' },
      logMean: { ...number, about: 'mean of ln σ in training' },
      logStd: { ...optional(numberAbove(0)), about: 'standard deviation of ln σ in training' },
    },
  },
};

/** Returns the setting of a process to train: a built one, or the options of one of these schedules. It resolves to options. */
export function trainableProcess(kinds: object): Setting<TrainedSchedule> {
  const schedule = oneKind<TrainedSchedule & { type: string }>(kinds as typeof SCHEDULES, 'linear');
  const { resolve, ...rest } = schedule as Required<typeof schedule>;
  return {
    ...(rest as Setting<TrainedSchedule>),
    resolve: (path, value) => resolve(path, scheduleOf(path, value) as typeof rest.fallback) as TrainedSchedule,
  };
}

function scheduleOf(path: string, process: Process | ProcessOptions): TrainedSchedule {
  if (process.kind === 'angle') {
    const { kind: _, ...options } = process;
    return { ...options, type: 'angle' };
  }
  if (process.kind === 'sigma') {
    const { kind: _, preconditioning = 'edm', prediction = 'epsilon', ...options } = process as Partial<SigmaProcess>;
    if (preconditioning === 'edm' && prediction === 'epsilon') return { ...options, type: 'edm' };
    throw badOption(
      `The training option \`${path}\` is a process by σ of another kind than EDM's; give one without \`preconditioning\` and \`prediction\`: others can be sampled from, not trained.`,
    );
  }
  const { kind = 'discrete' } = process;
  if (process.kind !== undefined && process.kind !== 'discrete') {
    throw badOption(
      `The training option \`${path}.kind\` is ${describeValue(kind)}; give discrete, angle or sigma: other processes can be sampled from, not trained.`,
    );
  }
  if (!('alphaBars' in process)) return withoutKind(process);
  if (process.steps === process.trainedSteps) return process.options;
  throw badOption(
    `The training option \`${path}\` has ${process.steps} of the ${process.trainedSteps} steps of a schedule; give all of it, respacing is for sampling.`,
  );
}

const withoutKind = ({ kind: _, ...options }: TrainedSchedule & { kind?: unknown }): TrainedSchedule => options;
