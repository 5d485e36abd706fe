import type { DecayRule } from '../ema/decay-rule';
import { TrainerError } from '../errors';
import type { RateFactor } from '../learning-rate/rate';
import type { SamplerOf } from '../timesteps/sampler';
import type { Weight } from '../weighting/weighting';
import type { OwnPart } from './own-kind';

/** The parts of training that may be functions of one's own. */
export type OwnParts = {
  readonly weighting?: Weight;
  readonly timesteps?: SamplerOf;
  readonly ema?: DecayRule;
  readonly learningRateSchedule?: RateFactor;
};

/**
 * A part of one's own: the function, or the function under the name by which checkpoints know it (by default the function's
 * own name).
 */
export type Own<Part> = Part | { readonly name: string; readonly use: Part };

/** The options that may be parts of one's own. */
export type OwnInput = { readonly [Name in keyof OwnParts]?: Own<NonNullable<OwnParts[Name]>> };

const NAMES = ['weighting', 'timesteps', 'ema', 'learningRateSchedule'] as const;

/** Returns the options as JSON, where parts of one's own are names, and those parts. */
export function separateOwn<Input extends object>(input: Input): { input: Input; own: OwnParts } {
  const json: Record<string, unknown> = { ...(input as Record<string, unknown>) };
  const own: Record<string, unknown> = {};
  for (const option of NAMES) {
    const given = json[option];
    const part = typeof given === 'object' && given !== null && 'use' in given ? given : { use: given };
    if (typeof part.use !== 'function') continue;
    const name = 'name' in part ? part.name : part.use.name;
    if (typeof name !== 'string' || name === '') {
      throw new TrainerError(
        'option-invalid',
        `\`${option}\` is a function without a name, by which checkpoints know it; give { name, use }.`,
      );
    }
    own[option] = part.use;
    json[option] = { type: 'own', name } satisfies OwnPart;
  }
  return { input: json as Input, own };
}
