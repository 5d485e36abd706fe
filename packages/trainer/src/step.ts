import { addN, mul, type Scalar, stack, type Tensor1D, tidy } from '@tensorflow/tfjs-core';
import { addGradients, clipGradients, type Gradients, globalNorm } from './gradients';
import { epsilonLoss } from './loss';
import { microBatches } from './micro-batches';
import type { Batch } from './read-batch';
import { lossAndGradients } from './train-step';
import type { Run } from './trainer';

/**
 * One training step on a whole batch, in parts that fit the device: gradients, their norm, the optimizer, the average.
 *
 * @returns [loss, norm of the gradients before clipping], to be read in one go, late; the caller disposes it
 */
export function step(run: Run, batch: Batch): Tensor1D {
  const { optimizer, ema, options, rateFactor } = run;
  return tidy(() => {
    const { loss, gradients } = batchGradients(run, batch);
    const norm = globalNorm(gradients);
    const limit = options.maxGradientNorm;
    const limited = limit === null ? gradients : clipGradients(gradients, norm, limit);
    optimizer.update(limited, rateFactor(optimizer.step));
    ema.update();
    return stack([loss, norm]) as Tensor1D;
  });
}

function batchGradients({ model, schedule, options, progress }: Run, batch: Batch) {
  const { seed, labelDropout } = options;
  let gradients: Gradients = new Map();
  const losses: Scalar[] = [];
  for (const part of microBatches(batch, options.microBatchSize)) {
    const share = part.places.length / batch.labels.length;
    const { value, gradients: partial } = lossAndGradients(model.parameters, () =>
      mul(
        epsilonLoss({ denoiser: model.denoiser(), schedule, batch: part, seed, step: progress.step, labelDropout }),
        share,
      ),
    );
    losses.push(value);
    gradients = addGradients(gradients, partial);
  }
  return { loss: addN(losses), gradients };
}
