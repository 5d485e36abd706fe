import type { ImageShape } from '@denoiser/ops';
import { checkImageShape } from './check-dataset';
import { TrainerError } from './errors';
import { checkOptionNames } from './options/settings';
import type { ImageDataset } from './types';

/** An image for `datasetFrom`: pixels in NHWC order, floats in [−1, 1] or bytes from 0 to 255. Label −1 or none: no class. */
export type GivenImage = {
  pixels: Float32Array | Uint8Array | Uint8ClampedArray;
  label?: number;
};

/** What images for `datasetFrom` have in common. */
export type DatasetFromOptions = {
  imageShape: ImageShape;
  classNames?: readonly string[];
  /** Most memory that the images may take, in bytes. Default 1 GiB. */
  maxBytes?: number;
};

const OPTIONS = ['imageShape', 'classNames', 'maxBytes'] satisfies (keyof DatasetFromOptions)[];

/**
 * Reads all images of an iterable (an array, a generator, a stream, a database cursor) into a dataset. It keeps them in
 * memory, bytes as bytes, since every epoch has another order.
 *
 * @throws DenoiserError `dataset-shape` that names the first image of another size; `dataset-memory` if they take more than
 * `maxBytes`.
 */
export async function datasetFrom(
  source: Iterable<GivenImage> | AsyncIterable<GivenImage>,
  options: DatasetFromOptions,
): Promise<ImageDataset> {
  checkOptionNames('datasetFrom', options, OPTIONS);
  const { imageShape, classNames, maxBytes = 2 ** 30 } = options;
  checkImageShape(imageShape);
  const [height, width, channels] = imageShape;
  const size = height * width * channels;
  const images: GivenImage[] = [];
  let bytes = 0;
  for await (const image of source) {
    if (image.pixels.length !== size) {
      throw new TrainerError(
        'dataset-shape',
        `Image ${images.length} of the dataset has ${image.pixels.length} values, not the ${size} of ${height}×${width}×${channels}; make every image of that size.`,
      );
    }
    bytes += image.pixels.byteLength;
    if (bytes > maxBytes) {
      throw new TrainerError(
        'dataset-memory',
        `The images up to number ${images.length} take more than ${maxBytes} bytes; give bytes instead of floats, smaller or fewer images, or raise maxBytes.`,
      );
    }
    images.push(image);
  }
  return {
    length: images.length,
    imageShape,
    ...(classNames && { classNames }),
    async read(index) {
      const { pixels, label = -1 } = images[index] as GivenImage;
      return { pixels: pixels instanceof Float32Array ? pixels : Float32Array.from(pixels, fromByte), label };
    },
  };
}

const fromByte = (byte: number): number => byte / 127.5 - 1;
