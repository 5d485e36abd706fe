import type { Kinds } from '../options/kinds';
import { type OwnPart, ownKind } from '../options/own-kind';
import type { Input } from '../options/settings';
import { type MinSnrWeighting, minSnr } from './min-snr';
import { type P2Weighting, p2 } from './p2';
import { type UniformWeighting, uniform } from './uniform';
import type { Weight } from './weighting';

export type Weighting = UniformWeighting | MinSnrWeighting | P2Weighting | OwnPart;
export type WeightingInput =
  | Input<UniformWeighting>
  | Input<MinSnrWeighting, 'type'>
  | Input<P2Weighting, 'type'>
  | OwnPart;

/** The weightings of the loss, by name. */
export const WEIGHTINGS: Kinds<Weighting, Weight> = { uniform, 'min-snr': minSnr, p2, own: ownKind('weighting') };
