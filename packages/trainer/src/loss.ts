import { meanSquaredError, randomNormal, STREAMS } from '@denoiser/ops';
import type { Schedule } from '@denoiser/schedules';
import { add, mul, type Rank, type Scalar, type Tensor4D, tensor1d, tensor4d, tidy } from '@tensorflow/tfjs-core';
import { drawTimesteps, dropLabels } from './draws';
import type { MicroBatch } from './micro-batches';
import type { TrainableDenoiser } from './types';

/** What training needs of a `Schedule`. */
export type TrainingSchedule = Pick<Schedule, 'steps' | 'sqrtAlphaBars' | 'sqrtOneMinusAlphaBars'>;

/**
 * The forward process q(x_t | x_0) (Ho et al. 2020, arXiv:2006.11239, eq. 4): x_t = √ᾱ_t·x_0 + √(1 − ᾱ_t)·ε. x0 and eps
 * [B, H, W, C]; t: B timesteps, each its image's own.
 */
export function addNoise(schedule: TrainingSchedule, x0: Tensor4D, eps: Tensor4D, t: ArrayLike<number>): Tensor4D {
  return tidy(() => {
    const perImage = (table: Float64Array) =>
      tensor4d(
        Float32Array.from(t, (time) => table[time]),
        [t.length, 1, 1, 1],
      );
    const signal = mul(x0, perImage(schedule.sqrtAlphaBars)); // [B, H, W, C]
    const noise = mul(eps, perImage(schedule.sqrtOneMinusAlphaBars)); // [B, H, W, C]
    return add(signal, noise);
  });
}

/**
 * The simple loss (Ho et al. 2020, eq. 14): mean of (ε − ε_θ(x_t, t))² over a batch. Timesteps, noise and label dropout
 * are pure functions of (seed, step) and the place in the batch.
 *
 * @param batch pixels and shape [B, H, W, C], labels [B]; if all labels are −1 the network is called without any
 */
export function epsilonLoss(o: {
  denoiser: TrainableDenoiser;
  schedule: TrainingSchedule;
  batch: MicroBatch;
  seed: number;
  /** Steps done before this one. */
  step: number;
  labelDropout: number;
}): Scalar {
  const { denoiser, schedule, batch, seed, step } = o;
  const t = drawTimesteps({ seed, step, places: batch.places, timesteps: schedule.steps });
  return tidy(() => {
    const x0 = tensor4d(batch.pixels, batch.shape); // [B, H, W, C]
    const stream = STREAMS.trainingNoise;
    const eps = randomNormal<Rank.R4>(batch.shape, { seed, stream, step, indices: batch.places }); // [B, H, W, C]
    const labelled = batch.labels.some((label) => label >= 0);
    const labels = dropLabels(batch.labels, { seed, step, dropout: o.labelDropout });
    const predicted = denoiser(
      addNoise(schedule, x0, eps, t),
      tensor1d(Float32Array.from(t), 'float32'),
      labelled ? { labels: tensor1d(labels, 'int32') } : undefined,
    ); // [B, H, W, C]
    return meanSquaredError(predicted, eps);
  });
}
