import type { Kind } from '../options/kinds';
import { numberAbove, numberFrom } from '../options/settings';
import { lengthSetting, type RateFactor } from './rate';

/**
 * One cycle over `steps` steps, by default (null) those of the run (Smith & Topin 2018, arXiv:1708.07120), with PyTorch's
 * shape and defaults: half a cosine up from 1/`divisor` (default 25) to 1 in the share `rise` (default 0.3) of the steps,
 * half a cosine down to 1/(`divisor`·`finalDivisor`) (default 10⁴) in the rest. The learning rate is the peak.
 */
export type OneCycleRate = {
  type: 'one-cycle';
  steps: number | null;
  rise: number;
  divisor: number;
  finalDivisor: number;
};

export const oneCycle: Kind<OneCycleRate, RateFactor> = {
  settings: {
    steps: lengthSetting,
    rise: { ...numberFrom(0, 1, 0.3), about: 'share of the steps in which the rate rises' },
    divisor: { ...numberAbove(0, 25), about: 'the peak over the first rate' },
    finalDivisor: { ...numberAbove(0, 1e4), about: 'the first rate over the last' },
  },
  make: ({ steps, rise, divisor, finalDivisor }) => {
    const [first, last] = [1 / divisor, 1 / (divisor * finalDivisor)];
    return (step, length) => {
      const total = steps ?? length;
      const peak = rise > 0 ? Math.max(0, rise * total - 1) : 0;
      const end = total - 1;
      if (step < peak) return between(first, 1, step / peak);
      return peak >= end ? 1 : between(1, last, Math.min(1, (step - peak) / (end - peak)));
    };
  },
};

/** Half a cosine from `start` to `end` as `share` goes from 0 to 1. */
function between(start: number, end: number, share: number): number {
  return end + ((start - end) * (1 + Math.cos(Math.PI * share))) / 2;
}
