import { type AsyncDenoiser, callDenoiser, type Denoiser } from '@denoiser/samplers';
import { levelAt, type Prediction, type Schedule, trainingTarget } from '@denoiser/schedules';
import {
  dispose,
  mean,
  slice,
  squaredDifference,
  type Tensor1D,
  type Tensor4D,
  tensor1d,
  tensor4d,
  tidy,
} from '@tensorflow/tfjs-core';
import { batches, type Estimate, estimate, evaluationNoise, type HeldOut } from './held-out';

/** Loss by timestep, and the mean over all of them. */
export interface ValidationLoss {
  readonly prediction: Prediction;
  readonly mean: Estimate;
  readonly byTime: readonly ({ readonly t: number } & Estimate)[];
}

const TIMES = 10;

/** Returns ten timesteps in the middles of ten equal parts of 0 … T − 1, or all of fewer. */
export function validationTimes(steps: number): number[] {
  const count = Math.min(TIMES, steps);
  return Array.from({ length: count }, (_, i) => Math.floor(((i + 0.5) * steps) / count));
}

/**
 * Returns the unweighted loss ‖target − output‖² (Ho et al. 2020, eq. 14) of images at fixed timesteps and noise, the mean over an
 * image: two evaluations differ by the weights alone.
 */
export async function validationLoss(options: {
  denoiser: Denoiser | AsyncDenoiser;
  schedule: Schedule;
  prediction: Prediction;
  learnedVariance: boolean;
  images: HeldOut;
  seed: number;
  batchSize: number;
  signal?: AbortSignal | undefined;
  onCall: () => void | Promise<void>;
}): Promise<ValidationLoss> {
  const { denoiser, schedule, prediction, learnedVariance, images, seed, batchSize, signal } = options;
  const size = images.data.length / images.count;
  const losses: { t: number; values: number[] }[] = [];
  for (const t of validationTimes(schedule.steps)) {
    const { alpha, sigma } = levelAt(schedule, t);
    const target = trainingTarget(prediction, alpha, sigma);
    const values: number[] = [];
    for (const [from, to] of batches(images.count, batchSize)) {
      signal?.throwIfAborted();
      const shape: [number, number, number, number] = [to - from, ...images.shape];
      const x0 = images.data.subarray(from * size, to * size);
      const eps = evaluationNoise(seed, t, images.indices.slice(from, to), size);
      const mixed = (a: number, b: number): Tensor4D =>
        tensor4d(
          x0.map((value, i) => a * value + b * (eps[i] as number)),
          shape,
        );
      const x = mixed(alpha, sigma);
      const labels = images.labels && tensor1d(images.labels.slice(from, to), 'int32');
      let output: Tensor4D; // [B, H, W, C or 2C]
      try {
        output = await callDenoiser({
          denoiser,
          x,
          time: schedule.timesteps[t] as number,
          learnedVariance,
          ...(labels && { conditioning: { labels } }),
          ...(signal && { signal }),
        });
      } finally {
        dispose(labels ? [x, labels] : x);
      }
      const loss = tidy(() => {
        const predicted = slice(output, [0, 0, 0, 0], shape); // [B, H, W, C]
        return mean(squaredDifference(predicted, mixed(target.x0, target.eps)), [1, 2, 3]) as Tensor1D; // [B]
      });
      output.dispose();
      values.push(...(await loss.data()));
      dispose(loss);
      await options.onCall();
    }
    losses.push({ t, values });
  }
  // An image's losses at all times belong together: the error of the mean is that of the images' means.
  const perImage = Array.from(
    { length: images.count },
    (_, i) => losses.reduce((sum, { values }) => sum + (values[i] as number), 0) / losses.length,
  );
  return {
    prediction,
    mean: estimate(perImage),
    byTime: losses.map(({ t, values }) => ({ t, ...estimate(values) })),
  };
}
