import { evaluations, sample } from '@denoiser/samplers';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { batchOf, notFinite } from './draw-batch';
import type { DrawOptions } from './draw-options';
import { drawRequestOf } from './draw-request';
import { createDrawing, type Drawing } from './drawing';
import { firstNotFiniteOf } from './finite';
import { type Images, imagesOf } from './images';
import type { Model } from './model';

/** A step, after its evaluation of the model on a batch. */
export interface DrawStep {
  /** Evaluations done and to be done, of all batches. */
  readonly done: number;
  readonly total: number;
  /** Which evaluation of the batch it is, from 0, and how many a batch takes. */
  readonly index: number;
  readonly steps: number;
  /** The time that the model was given. */
  readonly time: number;
  /** The number of the batch's first image, and how many it has. */
  readonly first: number;
  readonly count: number;
  /** The noisy images and the estimate of the clean ones, [B, H, W, C]; borrowed until the next step. */
  readonly x: Tensor4D;
  readonly x0: Tensor4D;
}

/**
 * Draws images: `await drawImages(model, { count: 16, sampler: 'dpmpp-2m', steps: 20, seed: 7 })`. It takes all that
 * `planFor` takes. Go through it for the steps on the way: `for await (const { x0 } of drawImages(model))`.
 *
 * @throws DenoiserError where an option is none, or fits neither the model nor the others; where the model gives numbers
 * that are not finite; the signal's reason when it is aborted.
 */
export function drawImages(model: Model, options: DrawOptions = {}): Drawing<DrawStep> {
  return createDrawing(() => draw(model, options));
}

async function* draw(model: Model, options: DrawOptions): AsyncGenerator<DrawStep, Images, undefined> {
  const request = drawRequestOf(model, options);
  const { imageShape } = model;
  const { plan, count, labels, batchSize, signal } = request;
  const size = imageShape.reduce((a, b) => a * b);
  const data = new Float32Array(count * size);
  const perBatch = evaluations(plan);
  const total = perBatch * Math.ceil(count / batchSize);
  let done = 0;
  options.onBegin?.({ count, steps: perBatch, columns: request.columns });
  for (let first = 0; first < count; first += batchSize) {
    const batch = batchOf(model, [{ request, from: first, to: Math.min(count, first + batchSize) }], signal);
    try {
      for await (const { index, time, x, x0 } of sample(batch.options)) {
        done++;
        options.onProgress?.(done, total);
        yield { done, total, index, steps: perBatch, time, first, count: batch.count, x, x0 };
        if (index < perBatch - 1) continue;
        const values = await x.data<'float32'>();
        if (firstNotFiniteOf(values) >= 0) throw await notFinite(batch.options, perBatch);
        data.set(values, first * size);
      }
    } finally {
      batch.dispose();
    }
  }
  return imagesOf({ data, imageShape, ...(labels && { labels }), columns: request.columns });
}
