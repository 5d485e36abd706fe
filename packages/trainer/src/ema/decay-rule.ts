import { type SettingsOf, trueOrFalse, wholeNumber } from '../options/settings';

/**
 * Returns how much of the average stays in an update, from 0 (it becomes a copy) to 1. `update` counts from 0; `images` is the
 * number of the step's images.
 */
export type DecayRule = (update: number, images: number) => number;

/** How every rule may begin: late, and with a decay that rises. */
export type Start = {
  /** Updates that copy the parameters before averaging begins. */
  startStep: number;
  /** Whether the decay is at most (1 + n)/(10 + n) in update n after the start, which soon forgets the first weights. */
  warmup: boolean;
};

/** Returns the settings of a rule's start; averaging begins at `startStep` unless told otherwise. */
export const startSettings = (startStep: number): SettingsOf<Start> => ({
  startStep: { ...wholeNumber(0, startStep), about: 'step from which weights are averaged' },
  warmup: { ...trueOrFalse(false), about: 'let the decay grow, so that the first weights are soon forgotten' },
});

/** Returns a rule of this decay with this start. */
export function started({ startStep, warmup }: Start, decay: (images: number) => number): DecayRule {
  return (update, images) => {
    const n = update - startStep;
    if (n < 0) return 0;
    return warmup ? Math.min(decay(images), (1 + n) / (10 + n)) : decay(images);
  };
}
