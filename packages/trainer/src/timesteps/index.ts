import type { Kinds } from '../options/kinds';
import type { Input } from '../options/settings';
import { type LossSecondMoment, lossSecondMoment } from './loss-second-moment';
import type { SamplerOf } from './sampler';
import { type UniformTimesteps, uniform } from './uniform';

export type Timesteps = UniformTimesteps | LossSecondMoment;
export type TimestepsInput = Input<UniformTimesteps> | Input<LossSecondMoment, 'type'>;

/** Every way to choose the timesteps that training sees, by its name. */
export const TIMESTEP_SAMPLERS: Kinds<Timesteps, SamplerOf> = { uniform, 'loss-second-moment': lossSecondMoment };

/** Returns the first timestep that is trained; kinds of one's own may say it as `first`, 1 by default. */
export const firstTimestep = (timesteps: object): number =>
  Number((timesteps as { readonly first?: number }).first ?? 1);
