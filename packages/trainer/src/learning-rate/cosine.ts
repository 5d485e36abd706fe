import type { Kind } from '../options/kinds';
import { numberFrom } from '../options/settings';
import { lengthSetting, type RateFactor, warmUp, warmupSetting } from './rate';

/**
 * Half a cosine from 1 down to `final` (default 0), reached after `steps` steps in all (default null: with the run) and kept
 * from there (Loshchilov & Hutter 2017, arXiv:1608.03983, eq. 5, without restarts); before it, `warmup` steps (default 0) of
 * rise.
 */
export type CosineRate = { type: 'cosine'; warmup: number; steps: number | null; final: number };

export const cosine: Kind<CosineRate, RateFactor> = {
  settings: {
    warmup: warmupSetting,
    steps: lengthSetting,
    final: { ...numberFrom(0, 1, 0), about: 'share of the learning rate at the end' },
  },
  make:
    ({ warmup, steps, final }) =>
    (step, length) => {
      if (step < warmup) return warmUp(step, warmup);
      const done = Math.min(1, (step - warmup) / Math.max(1, (steps ?? length) - warmup));
      return final + ((1 - final) * (1 + Math.cos(Math.PI * done))) / 2;
    },
};
