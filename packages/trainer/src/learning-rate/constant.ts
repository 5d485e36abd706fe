import type { Kind } from '../options/kinds';
import { wholeNumber } from '../options/settings';
import { type RateFactor, warmUp } from './rate';

/** The same rate in every step, after `warmup` steps (default 0) in which it rises from 0. */
export type ConstantRate = { type: 'constant'; warmup: number };

export const constant: Kind<ConstantRate, RateFactor> = {
  settings: { warmup: wholeNumber(0, 0) },
  make:
    ({ warmup }) =>
    (step) =>
      step < warmup ? warmUp(step, warmup) : 1,
};
