import { allocating, compiling, goesOnWithoutMemory, untilAborted } from '@denoiser/ops';
import { tidy } from '@tensorflow/tfjs-core';
import { drawTimesteps } from './draws';
import type { Batch } from './read-batch';
import type { Run } from './run';
import { batchGradients, type StepNumbers, step } from './step';

/**
 * Does one training step, as `step`. The first of its size on a graphics card, which would go on without memory, is tried: gradients
 * are computed that change nothing and are thrown away, by fewer images at once until they fit, where `splitToFit` allows it.
 *
 * @throws DenoiserError `out-of-memory` where the step does not fit; the weights are then what they were.
 */
export async function stepThatFits(run: Run, batch: Batch, signal?: AbortSignal): Promise<StepNumbers> {
  const { length: images } = batch.labels;
  if (images <= run.fits || !goesOnWithoutMemory()) return step(run, batch, signal);
  await findRoom(run, batch, signal);
  const numbers = await allocating(() => step(run, batch, signal)); // moments and averages, too
  run.fits = images;
  return numbers;
}

async function findRoom(run: Run, batch: Batch, signal: AbortSignal | undefined): Promise<void> {
  for (;;) {
    try {
      return await allocating(async () => {
        await compiling(() => tryGradients(run, batch, signal));
        tryGradients(run, batch, signal);
      });
    } catch (error) {
      const atOnce = Math.min(run.microBatchSize ?? Infinity, batch.labels.length);
      if ((error as { code?: unknown }).code !== 'out-of-memory' || !run.options.splitToFit || atOnce === 1)
        throw error;
      run.microBatchSize = Math.ceil(atOnce / 2);
      run.onWarning(
        `The graphics card has no memory for ${atOnce} images at once, so the gradients of a step are summed over parts of ${run.microBatchSize}.`,
      );
    }
  }
}

function tryGradients(run: Run, batch: Batch, signal: AbortSignal | undefined): void {
  const { seed } = run.options;
  const { times, weights } = drawTimesteps(run.timesteps, {
    ...{ seed, step: run.progress.step, count: batch.labels.length },
    isContinuous: run.process.kind !== 'discrete',
  });
  tidy(() => {
    untilAborted(signal, () => batchGradients(run, batch, times, weights));
  });
}
