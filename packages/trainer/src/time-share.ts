import type { Progress } from './run';

/** How far a run is whose length is a time. */
export interface TimeShare {
  /** Returns the steps that the whole run will have at the speed so far; `Infinity` before the first. */
  steps(): number;
  /** Returns the seconds that the run has taken, before and now. */
  seconds(): number;
}

/**
 * Returns how far a run is that goes on for so many seconds from now, by a clock in milliseconds. After a share s of the time, the
 * run is as long as its steps done over s: what goes by the share of its steps then goes by the clock.
 */
export function timeShare(progress: Progress, secondsLeft: number, now: () => number): TimeShare {
  const before = progress.seconds ?? 0;
  const begun = now();
  const seconds = () => before + (now() - begun) / 1000;
  return {
    seconds,
    steps: () => (progress.step === 0 ? Infinity : progress.step / Math.min(1, seconds() / (before + secondsLeft))),
  };
}
