import { DenoiserError } from '@denoiser/errors';

/** The codes of this package's errors. */
export type ScheduleErrorCode =
  /** The options describe no schedule or process. */
  'schedule-invalid';

/** An error of this package. */
export const ScheduleError = DenoiserError<ScheduleErrorCode>;

export function fail(message: string): never {
  throw new ScheduleError('schedule-invalid', message);
}

/** Most steps of a schedule or a grid: a thousand times what anybody uses, and what is still made at once. */
export const MOST_STEPS = 1e6;

export function checkCount(value: number, name: string): void {
  if (!(Number.isInteger(value) && value > 0 && value <= MOST_STEPS))
    fail(`${name} must be a whole number from 1 to ${MOST_STEPS}, not ${value}.`);
}

export function checkBetas(betas: ArrayLike<number>, max = 1): void {
  checkCount(betas.length, 'betas.length');
  for (let t = 0; t < betas.length; t++) {
    const beta = betas[t] as number;
    if (!(beta > 0 && beta <= max)) fail(`Every beta must lie in (0, 1], but beta ${t} is ${beta}.`);
  }
}
