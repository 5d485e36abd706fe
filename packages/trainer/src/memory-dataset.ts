import type { ImageShape } from '@denoiser/ops';
import { TrainerError } from './errors';
import type { ImageDataset } from './types';

export type MemoryDatasetOptions = {
  /** All images one after the other, values in [−1, 1], NHWC. */
  images: Float32Array;
  imageShape: ImageShape;
  /** The class of each image; without them every label is −1. */
  labels?: ArrayLike<number>;
  classNames?: readonly string[];
};

/** A dataset of images that are already in memory, without augmentation. The array is not copied. */
export function memoryDataset({ images, imageShape, labels, classNames }: MemoryDatasetOptions): ImageDataset {
  const [height, width, channels] = imageShape;
  const size = height * width * channels;
  const length = images.length / size;
  if (!Number.isInteger(length)) {
    throw new TrainerError(
      'dataset-shape',
      `memoryDataset: ${images.length} values are not a whole number of ${height}×${width}×${channels} images; check imageShape.`,
    );
  }
  if (labels && labels.length !== length) {
    throw new TrainerError(
      'dataset-labels',
      `memoryDataset: there are ${length} images and ${labels.length} labels; give one label for each image.`,
    );
  }
  return {
    length,
    imageShape,
    ...(classNames && { classNames }),
    async read(index) {
      return { pixels: images.subarray(index * size, (index + 1) * size), label: labels?.[index] ?? -1 };
    },
  };
}
