import type { DenoiserError } from '@denoiser/errors';
import { TrainerError } from './errors';

/**
 * Returns the error of training that has left the finite numbers.
 *
 * @param what a sentence without its end, such as 'The loss became NaN'
 * @param checkpoint the step of the last good checkpoint, if there is one
 */
export function diverged(what: string, step: number, checkpoint: number | undefined): DenoiserError {
  const advice =
    checkpoint === undefined
      ? 'no checkpoint had been written; start again with a lower learning rate'
      : `the last good checkpoint is that of step ${checkpoint}; resume from it with a lower learning rate`;
  return new TrainerError('training-diverged', `${what} at step ${step}, so training stopped; ${advice}.`);
}
