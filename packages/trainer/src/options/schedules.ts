import type { Process, ProcessOptions, ScheduleOptions } from '@denoiser/schedules';
import { oneKind } from './kinds';
import {
  badOption,
  describeValue,
  numberAbove,
  numberFrom,
  optional,
  type Setting,
  trueOrFalse,
  wholeNumber,
} from './settings';

/**
 * What `createSchedule` takes, by kind. But for the steps, nothing is filled in: what a kind does without an option is
 * said where it is computed.
 */
const steps = { ...wholeNumber(1, 1000), about: 'steps T of the diffusion' };
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
  range: 'the β of each step',
  schema: { type: 'array', items: { type: 'number', minimum: 0, maximum: 1 }, minItems: 1 },
  isValid: (value) => (Array.isArray(value) || ArrayBuffer.isView(value)) && 'length' in value && value.length !== 0,
  resolve: (_, value) => Array.from(value), // plain JSON
};

export const SCHEDULES: { readonly [Type in NonNullable<ScheduleOptions['type']>]: { settings: object } } = {
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
};

/** An option that is a discrete process: built, or the options of one of these kinds of schedule, which are what is kept. */
export function discreteProcess(kinds: object): Setting<ScheduleOptions> {
  const schedule = oneKind<ScheduleOptions & { type: string }>(kinds as typeof SCHEDULES, 'linear');
  const { resolve, ...rest } = schedule as Required<typeof schedule>;
  return {
    ...(rest as Setting<ScheduleOptions>),
    resolve: (path, value) => resolve(path, scheduleOf(path, value) as typeof rest.fallback) as ScheduleOptions,
  };
}

function scheduleOf(path: string, process: Process | ProcessOptions): ScheduleOptions {
  const { kind = 'discrete' } = process;
  if (process.kind !== undefined && process.kind !== 'discrete') {
    throw badOption(
      `The training option \`${path}.kind\` is ${describeValue(kind)}; give discrete: other processes can be sampled from, not trained.`,
    );
  }
  if (!('alphaBars' in process)) return withoutKind(process);
  if (process.steps === process.trainedSteps) return process.options;
  throw badOption(
    `The training option \`${path}\` has ${process.steps} of the ${process.trainedSteps} steps of a schedule; give all of it, respacing is for sampling.`,
  );
}

const withoutKind = ({ kind: _, ...options }: ScheduleOptions & { kind?: 'discrete' }): ScheduleOptions => options;
