import type { Kind } from '../options/kinds';
import { firstSetting, type SamplerOf } from './sampler';

/** Every timestep from `first` on, equally often. By default `first` is 1: the original program never trains t = 0. */
export type UniformTimesteps = { type: 'uniform'; first: number };

export const uniform: Kind<UniformTimesteps, SamplerOf> = {
  settings: { first: firstSetting },
  make:
    ({ first }) =>
    (steps) => ({ draw: (u) => ({ t: first + Math.floor(u * (steps - first)), weight: 1 }) }),
};
