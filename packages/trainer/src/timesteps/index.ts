import type { Kinds } from '../options/kinds';
import type { Input } from '../options/settings';
import { type LossSecondMoment, lossSecondMoment } from './loss-second-moment';
import type { SamplerOf } from './sampler';
import { type UniformTimesteps, uniform } from './uniform';

export type Timesteps = UniformTimesteps | LossSecondMoment;
export type TimestepsInput = Input<UniformTimesteps> | Input<LossSecondMoment, 'type'>;

/** Every way to choose the timesteps that training sees, by its name. */
export const TIMESTEP_SAMPLERS: Kinds<Timesteps, SamplerOf> = { uniform, 'loss-second-moment': lossSecondMoment };
