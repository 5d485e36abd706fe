import { describeValue } from '@denoiser/errors';
import type { Callbacks, CheckpointOptions, FitOptions } from './fit-options';
import { badOption, checkOptionNames } from './options/settings';

// biome-ignore format: one line each
const OPTIONS = ['epochs', 'steps', 'seconds', 'checkpoints', 'snapshots', 'validation', 'every', 'callbacks', 'signal', 'prefetch', 'clock'] satisfies (keyof FitOptions)[];
const CALLBACKS = ['onStep', 'onEpochEnd', 'onValidation', 'onCheckpoint'] satisfies (keyof Callbacks)[];
const OF_CHECKPOINTS = ['store', 'best', 'every', 'notes'] satisfies (keyof CheckpointOptions)[];

/** Throws for a name that is none: a misspelt `checkpoints` would be a training without them. */
export function checkFitNames(options: FitOptions): void {
  if (typeof options !== 'object' || options === null) {
    throw badOption(`fit takes an object such as \`{ steps: 1000 }\`, not ${describeValue(options)}.`);
  }
  checkOptionNames('fit', options, OPTIONS);
  checkOptionNames('`callbacks` of fit', options.callbacks ?? {}, CALLBACKS);
  checkOptionNames('`checkpoints` of fit', options.checkpoints ?? {}, OF_CHECKPOINTS);
}
