import type { DenoiserError } from '@denoiser/errors';
import type { ImageShape } from '@denoiser/ops';
import { TrainerError } from './errors';
import { imageShape as imageShapeCheck } from './field-checks';
import { badOption } from './options/settings';
import type { ImageDataset } from './types';

/** The numbers of images are 32-bit. */
const MOST_IMAGES = 2 ** 32 - 1;
/** Values of a batch that an array holds: 4 GiB of them. */
const MOST_VALUES = 2 ** 30;

/**
 * Checks what a dataset says of itself, and that a batch of it fits into memory, before any image is read.
 *
 * @param name 'dataset' or 'validation dataset', for the sentence
 * @throws DenoiserError `dataset-empty`, `dataset-shape`, or `option-invalid` for a batch that is too large.
 */
export function checkDataset({ length, imageShape }: ImageDataset, batchSize: number, name = 'dataset'): void {
  if (length === 0) throw new TrainerError('dataset-empty', `The ${name} has no images; give it at least one.`);
  if (!Number.isInteger(length) || length < 0 || length > MOST_IMAGES) {
    throw wrongShape(`The ${name} has the length ${length}; give a whole number of images, at most ${MOST_IMAGES}.`);
  }
  checkImageShape(imageShape, name);
  const [height, width, channels] = imageShape;
  const images = Math.min(batchSize, length);
  if (images * height * width * channels <= MOST_VALUES) return;
  throw badOption(
    `A batch of ${images} images of ${height}×${width}×${channels} does not fit into memory; give a smaller \`batchSize\`.`,
  );
}

/** @throws DenoiserError `dataset-shape` if it is no shape of an image. */
export function checkImageShape(shape: ImageShape, name = 'dataset'): void {
  imageShapeCheck(shape, 'imageShape', (_, needed) => {
    throw wrongShape(`The \`imageShape\` of the ${name} is [${shape}]; give height, width and channels: ${needed}.`);
  });
}

const wrongShape = (message: string): DenoiserError => new TrainerError('dataset-shape', message);
