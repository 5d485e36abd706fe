import type { ImageShape } from '@denoiser/ops';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { SamplerError } from './errors';
import { type SampleOptions, sampleImages, type TensorStep } from './sample';

export type SampleBatchesOptions = Omit<
  SampleOptions,
  'shape' | 'indices' | 'conditioning' | 'resume' | 'image' | 'inpaint'
> & {
  /** How many images. */
  readonly count: number;
  /** How many at a time; the images do not depend on it. */
  readonly batchSize: number;
  readonly imageShape: ImageShape;
  /** One an image, for class-conditional models. */
  readonly labels?: readonly number[];
  /** The number of the first image; default 0. */
  readonly first?: number;
  readonly onStep?: (step: TensorStep & { readonly batch: number }) => void | Promise<void>;
};

/** Draws images in batches that fit into memory. Yields the images [B, H, W, C] of each, which the caller disposes. */
export async function* sampleBatches(
  options: SampleBatchesOptions,
): AsyncGenerator<{ readonly indices: number[]; readonly images: Tensor4D }, void, undefined> {
  const { count, batchSize, imageShape, labels, first = 0, onStep, ...rest } = options;
  for (const [name, value] of Object.entries({ count, batchSize })) {
    if (!Number.isInteger(value) || value < 1) {
      throw new SamplerError('count-invalid', `${name} must be a whole number of at least 1, not ${value}.`);
    }
  }
  if (labels && labels.length !== count) {
    throw new SamplerError(
      'shape-invalid',
      `There must be as many labels as images, ${count}, but there are ${labels.length}.`,
    );
  }
  for (let start = 0, batch = 0; start < count; start += batchSize, batch++) {
    const size = Math.min(batchSize, count - start);
    const indices = Array.from({ length: size }, (_, i) => first + start + i);
    const own = labels && tf.tensor1d(labels.slice(start, start + size), 'int32');
    try {
      const images = await sampleImages({
        ...rest,
        shape: [size, ...imageShape],
        indices,
        ...(own && { conditioning: { labels: own } }),
        ...(onStep && { onStep: (step) => onStep({ ...step, batch }) }),
      });
      yield { indices, images };
    } finally {
      own?.dispose();
    }
  }
}
