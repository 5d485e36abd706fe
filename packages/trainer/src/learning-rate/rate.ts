import { orNull, type Setting, wholeNumber } from '../options/settings';

/**
 * By what the learning rate is multiplied in a step. `step` is the number of steps done before it: 0 for the first; `length`
 * that of the whole run, `Infinity` where it is not known.
 */
export type RateFactor = (step: number, length: number) => number;

/** The setting of a schedule's length: null is that of the run. */
export const lengthSetting: Setting<number | null> = {
  ...orNull(wholeNumber(1)),
  about: 'steps to its end; null: the length of the run',
};

/** Linear warm-up (Goyal et al. 2017, arXiv:1706.02677, section 2.2): 1/n in the first step, 1 in step number n. */
export function warmUp(step: number, warmup: number): number {
  return Math.min(1, (step + 1) / warmup);
}

/** The setting of a warm-up, in steps. */
export const warmupSetting = { ...wholeNumber(0, 0), about: 'steps in which the learning rate rises from 0' };
