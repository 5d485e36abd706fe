import { wholeNumber } from '../options/settings';

/** By what the learning rate is multiplied in a step, which is the number of steps done before it: 0 for the first. */
export type RateFactor = (step: number) => number;

/** Linear warm-up (Goyal et al. 2017, arXiv:1706.02677, section 2.2): 1/n in the first step, 1 in step number n. */
export function warmUp(step: number, warmup: number): number {
  return Math.min(1, (step + 1) / warmup);
}

/** The setting of a warm-up, in steps. */
export const warmupSetting = { ...wholeNumber(0, 0), about: 'steps in which the learning rate rises from 0' };
