import { badOption } from './options/settings';

/** How often something happens in training: every so many steps, epochs or seconds, whichever comes; `{}`: never. */
export type Interval = {
  readonly steps?: number | undefined;
  readonly epochs?: number | undefined;
  /** At the first step that ends so long after the last time. */
  readonly seconds?: number | undefined;
};

/** The end of each epoch. */
export const EACH_EPOCH: Interval = { epochs: 1 };

/** Returns whether something that happens in this interval of steps and epochs happens after the last step. */
export function isDue(
  { steps, epochs }: Interval,
  progress: { readonly step: number; readonly epochsDone: number; readonly position: number },
): boolean {
  if (progress.step === 0) return false;
  // An epoch has ended where no image of the next has been used.
  const epochHasEnded = progress.position === 0;
  return (
    (steps !== undefined && progress.step % steps === 0) ||
    (epochs !== undefined && epochHasEnded && progress.epochsDone % epochs === 0)
  );
}

/** @throws DenoiserError for an interval that never comes round. */
export function checkInterval(name: string, { steps, epochs, seconds }: Interval): void {
  for (const [unit, value] of Object.entries({ steps, epochs })) {
    if (value === undefined || value === Infinity || (Number.isSafeInteger(value) && value >= 1)) continue;
    throw badOption(`\`${name}.${unit}\` must be a whole number of at least 1, not ${value}.`);
  }
  if (seconds === undefined || seconds > 0) return;
  throw badOption(`\`${name}.seconds\` must be a number above 0, not ${seconds}.`);
}
