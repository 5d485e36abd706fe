import type { Kinds } from '../options/kinds';
import type { Input } from '../options/settings';
import { type MinSnrWeighting, minSnr } from './min-snr';
import { type P2Weighting, p2 } from './p2';
import { type UniformWeighting, uniform } from './uniform';
import type { Weight } from './weighting';

export type Weighting = UniformWeighting | MinSnrWeighting | P2Weighting;
export type WeightingInput = Input<UniformWeighting> | Input<MinSnrWeighting, 'type'> | Input<P2Weighting, 'type'>;

/** Every weighting of the loss, by its name. */
export const WEIGHTINGS: Kinds<Weighting, Weight> = { uniform, 'min-snr': minSnr, p2 };
