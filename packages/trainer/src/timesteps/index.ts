import type { Kinds } from '../options/kinds';
import { type OwnPart, ownKind } from '../options/own-kind';
import type { Input } from '../options/settings';
import { type LossSecondMoment, lossSecondMoment } from './loss-second-moment';
import type { SamplerOf } from './sampler';
import { type UniformTimesteps, uniform } from './uniform';

export type Timesteps = UniformTimesteps | LossSecondMoment | OwnPart;
export type TimestepsInput = Input<UniformTimesteps> | Input<LossSecondMoment, 'type'> | OwnPart;

/** The ways to choose the timesteps of training, by name. */
export const TIMESTEP_SAMPLERS: Kinds<Timesteps, SamplerOf> = {
  uniform,
  'loss-second-moment': lossSecondMoment,
  own: ownKind('timesteps'),
};

/** Returns the first timestep that is trained; a sampler of one's own may draw any. */
export const firstTimestep = ({ timesteps }: { readonly timesteps: Timesteps }): number =>
  timesteps.type === 'own' ? 0 : timesteps.first;
