import { type AsyncDenoiser, arrayModel, type Denoiser } from '@denoiser/samplers';
import { variationalBound } from '@denoiser/samplers/likelihood';
import { type Prediction, respace, type Schedule, spacedTimesteps } from '@denoiser/schedules';
import { dispose, tensor1d } from '@tensorflow/tfjs-core';
import { batches, type Estimate, estimate, evaluationNoise, type HeldOut } from './held-out';

/** The variational bound in bits per dimension, and the part of it that is the prior's. */
export interface BitsPerDimension extends Estimate {
  readonly prior: number;
  /** Steps of the process that it bounds. */
  readonly steps: number;
}

/**
 * Returns the variational bound on −log₂ p(image) per dimension (Ho et al. 2020, eq. 5) of the process in `steps` of the
 * schedule's steps. Fewer steps give a looser bound, so figures are comparable for equal steps only; the literature's are
 * over all.
 */
export async function bitsPerDimension(options: {
  denoiser: Denoiser | AsyncDenoiser;
  schedule: Schedule;
  prediction: Prediction;
  learnedVariance: boolean;
  steps: number;
  images: HeldOut;
  seed: number;
  batchSize: number;
  signal?: AbortSignal | undefined;
  onCall: () => void | Promise<void>;
}): Promise<BitsPerDimension> {
  const { denoiser, prediction, learnedVariance, steps, images, seed, batchSize, signal, onCall } = options;
  const timesteps = spacedTimesteps(options.schedule.steps, { type: 'linspace', steps }).sort((a, b) => a - b);
  const schedule = steps === options.schedule.steps ? options.schedule : respace(options.schedule, timesteps);
  const size = images.data.length / images.count;
  const [total, prior]: [number[], number[]] = [[], []];
  for (const [from, to] of batches(images.count, batchSize)) {
    const shape = [to - from, ...images.shape] as const;
    const labels = images.labels && tensor1d(images.labels.slice(from, to), 'int32');
    const model = arrayModel(denoiser, {
      shape,
      learnedVariance,
      ...(labels && { conditioning: { labels } }),
      ...(signal && { signal }),
    });
    try {
      const bound = await variationalBound({
        schedule,
        variance: learnedVariance ? 'learned-range' : 'posterior',
        prediction,
        images: Float64Array.from(images.data.subarray(from * size, to * size)),
        shape,
        indices: images.indices.slice(from, to),
        noise: ({ step, indices }) => evaluationNoise(seed, step, indices, size),
        model: async (x, time) => {
          const output = await model(x, time);
          await onCall();
          return output;
        },
        ...(signal && { signal }),
      });
      total.push(...bound.total);
      prior.push(...bound.prior);
    } finally {
      if (labels) dispose(labels);
    }
  }
  return { ...estimate(total), prior: estimate(prior).mean, steps };
}
