import type { Kind } from '../options/kinds';
import { firstSetting, type SamplerOf } from './sampler';

/** Every timestep from `first` on equally often. `first` is 1 by default: in the original, t = 0 is never trained. */
export type UniformTimesteps = { type: 'uniform'; first: number };

export const uniform: Kind<UniformTimesteps, SamplerOf> = {
  settings: { first: firstSetting },
  make:
    ({ first }) =>
    (steps) => ({ draw: (u) => ({ t: first + Math.floor(u * (steps - first)), weight: 1 }) }),
};
