import type { ImageShape } from '@denoiser/ops';
import { TrainerError } from './errors';
import type { ImageDataset } from './types';

/** An image as it is handed over: NHWC; floats in [−1, 1] or bytes, of which 0 is −1 and 255 is 1. Label −1 or none: no class. */
export type GivenImage = {
  pixels: Float32Array | Uint8Array | Uint8ClampedArray;
  label?: number;
};

export type DatasetFromOptions = {
  imageShape: ImageShape;
  classNames?: readonly string[];
  /** The most that the images may take in memory; default 1 GiB. Bytes are kept as bytes. */
  maxBytes?: number;
};

/**
 * A dataset out of anything that can be gone through once: an array, a generator, a stream, the cursor of a database. All
 * images are read now and kept (bytes as bytes), since every epoch has its own order.
 *
 * Errors: `dataset-shape` naming the first image of another size, `dataset-memory` when they are too many.
 */
export async function datasetFrom(
  source: Iterable<GivenImage> | AsyncIterable<GivenImage>,
  { imageShape, classNames, maxBytes = 2 ** 30 }: DatasetFromOptions,
): Promise<ImageDataset> {
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
