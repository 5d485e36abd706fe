import type { Kind } from '../options/kinds';
import { type RateFactor, warmUp, warmupSetting } from './rate';

/** The same rate in every step, after `warmup` steps (default 0) in which it rises from 0. */
export type ConstantRate = { type: 'constant'; warmup: number };

export const constant: Kind<ConstantRate, RateFactor> = {
  settings: { warmup: warmupSetting },
  make:
    ({ warmup }) =>
    (step) =>
      step < warmup ? warmUp(step, warmup) : 1,
};
