import type { DenoiserError } from '@denoiser/errors';
import { TrainerError } from './errors';

/** Training has left the finite numbers. `checkpoint`: the step of the last good one. */
export function diverged(what: string, step: number, checkpoint: number | undefined): DenoiserError {
  const advice =
    checkpoint === undefined
      ? 'no checkpoint had been written; start again with a lower learning rate'
      : `the last good checkpoint is that of step ${checkpoint}; resume from it with a lower learning rate`;
  return new TrainerError('training-diverged', `${what} at step ${step}, so training stopped; ${advice}.`);
}
