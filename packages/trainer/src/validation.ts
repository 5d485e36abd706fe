import { STREAMS, untilAborted } from '@denoiser/ops';
import { type Tensor1D, tensor1d, tensor4d, tidy } from '@tensorflow/tfjs-core';
import { drawNoise } from './draws';
import type { Interval } from './interval';
import { readAhead } from './read-ahead';
import { readBatch } from './read-batch';
import type { Run } from './run';
import { firstTimestep } from './timesteps/index';
import type { ImageDataset } from './types';

/** Which images are held out, and how often their loss is measured. */
export type ValidationOptions = {
  /** Images that training never sees. */
  dataset: ImageDataset;
  /** How many of them are used, from the first. Default: all. */
  images?: number;
  /** Default: at the end of each epoch. */
  every?: Interval;
};

/** The losses of held-out images, under the live weights and under their average. */
export type ValidationRecord = {
  /** Steps and epochs done. */
  step: number;
  epochsDone: number;
  loss: number;
  emaLoss: number;
  /** Whether `emaLoss` is the lowest so far. */
  isBest: boolean;
};

/**
 * Measures the mean loss of held-out images. Image i always has the same timestep and the same noise, so that two results
 * differ by the weights alone. The timesteps are spread evenly, by the golden ratio. Nothing is dropped.
 */
export async function validate(
  run: Run,
  { dataset, images = dataset.length }: ValidationOptions,
  signal?: AbortSignal,
): Promise<Pick<ValidationRecord, 'loss' | 'emaLoss'>> {
  const { model, objective, options, process, ema } = run;
  const first = firstTimestep(options);
  const count = Math.min(images, dataset.length);
  const size = run.microBatchSize ?? options.batchSize;
  const starts = Array.from({ length: Math.ceil(count / size) }, (_, i) => i * size);
  const indices = (start: number) => Uint32Array.from({ length: Math.min(size, count - start) }, (_, i) => start + i);
  const read = (start: number) =>
    readBatch(dataset, { epochsDone: 0, indices: indices(start), next: START }, model.checkLabels);

  const sums = { loss: 0, emaLoss: 0 };
  for await (const batch of readAhead(starts, read, 1)) {
    const places = [...batch.indices];
    const times = places.map((i) => first + goldenShare(i) * (process.steps - first));
    const t = process.kind === 'discrete' ? times.map(Math.floor) : times;
    const isLabelled = batch.labels.some((label) => label >= 0);
    for (const [which, parameters] of [
      ['loss', model.parameters],
      ['emaLoss', ema.parameters],
    ] as const) {
      const losses = untilAborted(signal, () =>
        tidy((): Tensor1D => {
          const stream = STREAMS.validation;
          return objective(model.denoiser(parameters), {
            x0: tensor4d(batch.pixels, batch.shape), // [B, H, W, C]
            eps: drawNoise(batch.shape, { seed: options.seed, step: 0, places, stream }), // [B, H, W, C]
            t,
            ...(isLabelled && { labels: tensor1d(batch.labels, 'int32') }),
          });
        }),
      );
      for (const loss of await losses.data()) sums[which] += loss / count;
      losses.dispose();
    }
  }
  return sums;
}

const START = { epochsDone: 0, position: 0 };

/** Returns the fraction of a multiple of the golden ratio. However many there are, they lie evenly in (0, 1). */
function goldenShare(i: number): number {
  return ((i + 0.5) * ((Math.sqrt(5) - 1) / 2)) % 1;
}
