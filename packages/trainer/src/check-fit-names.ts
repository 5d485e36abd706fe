import { describeValue, didYouMean, inBackticks } from '@denoiser/errors';
import type { Callbacks, CheckpointOptions, FitOptions } from './fit-options';
import { badOption } from './options/settings';

// biome-ignore format: one line each
const OPTIONS = ['epochs', 'steps', 'seconds', 'checkpoints', 'snapshots', 'validation', 'every', 'callbacks', 'signal', 'prefetch', 'clock'] satisfies (keyof FitOptions)[];
const CALLBACKS = ['onStep', 'onEpochEnd', 'onValidation', 'onCheckpoint'] satisfies (keyof Callbacks)[];
const OF_CHECKPOINTS = ['store', 'best', 'every', 'notes'] satisfies (keyof CheckpointOptions)[];

/** Throws for a name that is none: a misspelt `checkpoints` would be a training without them. */
export function checkFitNames(options: FitOptions): void {
  const check = (where: string, given: object | undefined, names: readonly string[]) => {
    const wrong = Object.keys(given ?? {}).find((name) => !names.includes(name));
    if (wrong !== undefined) {
      throw badOption(`${where} has no option "${wrong}"; ${didYouMean(wrong, names, inBackticks)}`);
    }
  };
  if (typeof options !== 'object' || options === null) {
    throw badOption(`fit takes an object such as \`{ steps: 1000 }\`, not ${describeValue(options)}.`);
  }
  check('fit', options, OPTIONS);
  check('`callbacks` of fit', options.callbacks, CALLBACKS);
  check('`checkpoints` of fit', options.checkpoints, OF_CHECKPOINTS);
}
