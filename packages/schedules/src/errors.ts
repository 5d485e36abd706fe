import { DenoiserError, describeValue, unknownOption } from '@denoiser/errors';

/** The codes of this package's errors. */
export type ScheduleErrorCode =
  /** The options describe no schedule or process. */
  'schedule-invalid';

/** An error of this package. */
export const ScheduleError = DenoiserError<ScheduleErrorCode>;

export function fail(message: string): never {
  throw new ScheduleError('schedule-invalid', message);
}

/** Throws unless a value is an object; `sentence` says what is to be one. */
export function checkObject(value: unknown, sentence: string): void {
  if (typeof value !== 'object' || value === null) fail(`${sentence}, not by ${describeValue(value)}.`);
}

/** Throws for the first option that a process of this kind does not have: it would change nothing without a word. */
export function checkNames(where: string, options: object, names: readonly string[]): void {
  const sentence = unknownOption(where, options, names);
  if (sentence) fail(sentence);
}

/** The most steps of a schedule, a grid or a plan: a hundred times the usual number, computed in a fraction of a second. */
export const MOST_STEPS = 100_000;

export function checkCount(value: number, name: string): void {
  if (!(Number.isInteger(value) && value > 0 && value <= MOST_STEPS))
    fail(`${name} must be a whole number from 1 to ${MOST_STEPS}, not ${value}.`);
}

/** Checks that an option of a process is a finite number above 0. */
export function checkAbove0(value: number, name: string): void {
  if (!Number.isFinite(value) || value <= 0) fail(`${name} must be a finite number above 0, not ${value}.`);
}

export function checkBetas(betas: ArrayLike<number>, max = 1): void {
  checkCount(betas.length, 'betas.length');
  for (let t = 0; t < betas.length; t++) {
    const beta = betas[t] as number;
    if (!(beta > 0 && beta <= max))
      fail(`Every beta must lie in (0, 1], but beta ${t} is ${beta}; choose other options.`);
  }
}
