import type { Kind } from '../options/kinds';
import { numberAbove, oneOf } from '../options/settings';
import { type DecayRule, type Start, started, startSettings } from './decay-rule';

/**
 * Weights count half as much after `halfLife` more images (or steps), whatever the batch size (Karras et al. 2022,
 * arXiv:2206.00364, table 7: 0.5 million images). By default it begins at once.
 */
export type HalfLifeEma = Start & { type: 'half-life'; halfLife: number; unit: 'images' | 'steps' };

export const halfLife: Kind<HalfLifeEma, DecayRule> = {
  settings: {
    halfLife: { ...numberAbove(0), about: 'images, or steps, after which weights count half' },
    unit: { ...oneOf(['images', 'steps'], 'images'), about: 'what the half-life counts' },
    ...startSettings(0),
  },
  make: ({ halfLife, unit, ...start }) =>
    started(start, (images) => 0.5 ** ((unit === 'images' ? images : 1) / halfLife)),
};
