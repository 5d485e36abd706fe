import { describeValue } from '@denoiser/errors';
import type { ImageShape } from '@denoiser/ops';
import { checkImageShape } from './check-dataset';
import { TrainerError } from './errors';
import { badOption, checkOptionNames } from './options/settings';
import type { ImageDataset } from './types';

/** Images in memory. */
export type MemoryDatasetOptions = {
  /** All images one after the other, NHWC, values in [−1, 1]. */
  images: Float32Array;
  imageShape: ImageShape;
  /** Class of each image. Default: none, −1. */
  labels?: ArrayLike<number>;
  classNames?: readonly string[];
};

const OPTIONS = ['images', 'imageShape', 'labels', 'classNames'] satisfies (keyof MemoryDatasetOptions)[];

/**
 * Returns a dataset of images that are in memory, without augmentation. It does not copy the array.
 *
 * @throws DenoiserError `dataset-shape` or `dataset-labels` if the numbers do not fit each other.
 */
export function memoryDataset(options: MemoryDatasetOptions): ImageDataset {
  checkOptionNames('memoryDataset', options, OPTIONS);
  const { images, imageShape, labels, classNames } = options;
  if (!ArrayBuffer.isView(images)) {
    throw badOption(`\`images\` of memoryDataset must be a Float32Array, not ${describeValue(images)}.`);
  }
  checkImageShape(imageShape);
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
