import type { Kinds } from '../options/kinds';
import { type OwnPart, ownKind } from '../options/own-kind';
import type { Input } from '../options/settings';
import { type DecayEma, decay } from './decay';
import type { DecayRule } from './decay-rule';
import { type HalfLifeEma, halfLife } from './half-life';

export type EmaOptions = DecayEma | HalfLifeEma | OwnPart;
export type EmaInput = Input<DecayEma> | Input<HalfLifeEma, 'type' | 'halfLife'> | OwnPart;

/** The rules of the average's decay, by name. */
export const EMA_RULES: Kinds<EmaOptions, DecayRule> = { decay, 'half-life': halfLife, own: ownKind('ema') };
