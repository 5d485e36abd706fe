import { type SettingsOf, trueOrFalse, wholeNumber } from '../options/settings';

/**
 * How much of the average stays in an update: a number from 0 (a copy) to 1. `update` counts from 0; `images` is how many
 * images the step had.
 */
export type DecayRule = (update: number, images: number) => number;

/** What every rule may have: a late start, and a decay that grows into its own. */
export type Start = {
  /** Updates that copy the parameters before averaging begins. */
  startStep: number;
  /** The decay is at most (1 + n)/(10 + n) in update n after the start, so that the first weights are soon forgotten. */
  warmup: boolean;
};

/** Returns the settings of a rule's start; averaging begins at `startStep` unless told otherwise. */
export const startSettings = (startStep: number): SettingsOf<Start> => ({
  startStep: { ...wholeNumber(0, startStep), about: 'step from which weights are averaged' },
  warmup: { ...trueOrFalse(false), about: 'let the decay grow, so that the first weights are soon forgotten' },
});

/** A rule with its start. */
export function started({ startStep, warmup }: Start, decay: (images: number) => number): DecayRule {
  return (update, images) => {
    const n = update - startStep;
    if (n < 0) return 0;
    return warmup ? Math.min(decay(images), (1 + n) / (10 + n)) : decay(images);
  };
}
