/** An error that the caller can correct. Other packages recognise it by `isDenoiserError`, not by its class. */
export class ScheduleError extends Error {
  readonly isDenoiserError = true;
  override readonly name = 'DenoiserError';

  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

export function fail(message: string): never {
  throw new ScheduleError('bad-schedule', message);
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
