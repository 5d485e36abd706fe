import { untilAborted } from '@denoiser/ops';
import {
  addN,
  concat,
  keep,
  mul,
  type Scalar,
  stack,
  sum,
  type Tensor1D,
  tensor1d,
  tensor4d,
  tidy,
} from '@tensorflow/tfjs-core';
import { drawNoise, drawTimesteps, dropLabels } from './draws';
import { addGradients, clipFactor, type Gradients, gradientNorm } from './gradients';
import { microBatches } from './micro-batches';
import { trainingNetwork } from './network';
import type { Batch } from './read-batch';
import type { Run } from './run';
import { lossAndGradients } from './train-step';

/** A step whose numbers are still on the device. */
export type StepNumbers = {
  /** [loss, norm of the gradients before clipping, …loss of each image]; the caller disposes it. */
  values: Tensor1D;
  /** The timestep of each image. */
  t: Int32Array;
};

/**
 * Does one training step on a batch, in parts that fit the device: gradients, their norm, optimizer, averages.
 *
 * @throws the signal's reason when it is aborted before the weights change; the step is then as if it had not begun.
 */
export function step(run: Run, batch: Batch, signal?: AbortSignal): StepNumbers {
  const { optimizer, ema, powerEma, options, rateFactor, timesteps, progress } = run;
  const { seed } = options;
  const { t, times, weights } = drawTimesteps(timesteps, {
    ...{ seed, step: progress.step, count: batch.labels.length },
    isContinuous: run.process.kind !== 'discrete',
  });
  const values = tidy(() => {
    const { imageLosses, loss, gradients } = untilAborted(signal, () => batchGradients(run, batch, times, weights));
    const norm = gradientNorm(gradients);
    const limit = options.maxGradientNorm;
    const gradientScale = limit === null ? undefined : clipFactor(norm, limit);
    optimizer.update(gradients, { rateFactor: rateFactor(optimizer.step, run.length), gradientScale });
    ema.update(t.length);
    powerEma?.update();
    return concat([stack([loss, norm]) as Tensor1D, imageLosses]);
  });
  return { values, t };
}

/** Returns the gradients of a batch, summed over its parts. */
export function batchGradients(run: Run, batch: Batch, times: Float32Array, weights: Float32Array) {
  const { model, options, progress, objective } = run;
  const { seed, labelDropout, labelDropoutPer } = options;
  const { step } = progress;
  const labels = dropLabels(batch.labels, { seed, step, dropout: labelDropout, per: labelDropoutPer });
  // A network without classes is called without labels.
  const isLabelled = batch.labels.some((label) => label >= 0);
  const imageLosses: Tensor1D[] = [];
  const losses: Scalar[] = [];
  let gradients: Gradients = new Map();
  try {
    for (const { pixels, shape, places } of microBatches(batch, run.microBatchSize)) {
      const [from, to] = [places[0], places[0] + places.length];
      const partial = lossAndGradients(model.parameters, () => {
        const perImage = objective(trainingNetwork(model, options, { step, places }), {
          x0: tensor4d(pixels, shape), // [B, H, W, C]
          eps: drawNoise(shape, { seed, step, places, offset: options.offsetNoise }), // [B, H, W, C]
          t: times.subarray(from, to),
          ...(isLabelled && { labels: tensor1d(labels.subarray(from, to), 'int32') }),
        });
        imageLosses.push(keep(perImage)); // beyond the tidy of the gradients
        return sum(mul(perImage, tensor1d(weights.subarray(from, to).map((w) => w / times.length))));
      });
      losses.push(partial.value);
      gradients = addGradients(gradients, partial.gradients);
    }
    return { imageLosses: concat(imageLosses), loss: addN(losses), gradients };
  } finally {
    for (const kept of imageLosses) kept.dispose();
  }
}
