import type { Kind } from '../options/kinds';
import { numberFrom } from '../options/settings';
import { type DecayRule, type Start, started, startSettings } from './decay-rule';

/** The same decay (default 0.995) in every update, after 2000 updates that copy: the original program's. */
export type DecayEma = Start & { type: 'decay'; decay: number };

export const decay: Kind<DecayEma, DecayRule> = {
  settings: { decay: { ...numberFrom(0, 1, 0.995), about: 'decay of the averaged weights' }, ...startSettings(2000) },
  make: (options) => started(options, () => options.decay),
};
