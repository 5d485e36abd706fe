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

/** A hundred times what is in use: tables of as many are made at once. */
const MOST = 100_000;

export function checkCount(value: number, name: string): void {
  if (!Number.isInteger(value) || value < 1) fail(`${name} must be a whole number of at least 1, not ${value}.`);
  if (value > MOST) fail(`${name} must be at most ${MOST}, not ${value}.`);
}

export function checkBetas(betas: ArrayLike<number>, max = 1): void {
  if (betas.length < 1) fail('A schedule needs at least one beta.');
  for (let t = 0; t < betas.length; t++) {
    const beta = betas[t] as number;
    if (!(beta > 0 && beta <= max)) fail(`Every beta must lie in (0, 1], but beta ${t} is ${beta}.`);
  }
}
