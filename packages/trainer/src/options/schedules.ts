import type { ScheduleOptions } from '@denoiser/schedules';
import { numberAbove, numberFrom, optional, type Setting, trueOrFalse, wholeNumber } from './settings';

/**
 * What `createSchedule` takes, by kind. But for the steps, nothing is filled in: what a kind does without an option is
 * said where it is computed.
 */
const steps = wholeNumber(1, 1000);
const zeroTerminalSnr = optional(trueOrFalse());
const beta = optional(numberFrom(0, 1));
const ends = { betaStart: beta, betaEnd: beta };
const number = optional<number>({
  range: 'a number',
  schema: { type: 'number' },
  isValid: (value) => typeof value === 'number' && Number.isFinite(value),
});
const maxBeta = optional(numberAbove(0));

const betas: Setting<ArrayLike<number>> = {
  range: 'the β of each step',
  schema: { type: 'array', items: { type: 'number', minimum: 0, maximum: 1 }, minItems: 1 },
  isValid: (value) => (Array.isArray(value) || ArrayBuffer.isView(value)) && 'length' in value && value.length !== 0,
  resolve: (_, value) => Array.from(value), // plain JSON
};

export const SCHEDULES: { readonly [Type in NonNullable<ScheduleOptions['type']>]: { settings: object } } = {
  linear: { settings: { steps, ...ends, endsScaled: optional(trueOrFalse()), zeroTerminalSnr } },
  'scaled-linear': { settings: { steps, ...ends, zeroTerminalSnr } },
  'sigmoid-beta': { settings: { steps, ...ends, zeroTerminalSnr } },
  cosine: { settings: { steps, offset: number, maxBeta, zeroTerminalSnr } },
  'sigmoid-alpha-bar': { settings: { steps, start: number, end: number, tau: number, maxBeta, zeroTerminalSnr } },
  laplace: { settings: { steps, maxBeta, zeroTerminalSnr } },
  exponential: { settings: { steps, rate: number, maxBeta, zeroTerminalSnr } },
  custom: { settings: { betas, zeroTerminalSnr } },
};
