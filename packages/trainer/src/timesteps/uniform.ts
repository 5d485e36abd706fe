import type { Kind } from '../options/kinds';
import { wholeNumber } from '../options/settings';
import type { SamplerOf } from './sampler';

/** Every timestep from `first` on equally often. `first` is 1 by default: in the original, t = 0 is never trained. */
export type UniformTimesteps = { type: 'uniform'; first: number };

export const uniform: Kind<UniformTimesteps, SamplerOf> = {
  settings: { first: wholeNumber(0, 1) },
  make:
    ({ first }) =>
    (steps) => ({ draw: (u) => ({ t: first + Math.floor(u * (steps - first)), weight: 1 }) }),
};
