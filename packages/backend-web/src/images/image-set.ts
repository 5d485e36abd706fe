import type { ImageShape } from '@denoiser/ops';
import type { ImageDataset } from '@denoiser/trainer';

/** Images as bytes, one after the other, NHWC. */
export type DecodedImages = {
  readonly bytes: Uint8Array;
  /** −1: no class. */
  readonly labels: readonly number[];
  readonly classNames: readonly string[];
  readonly imageShape: ImageShape;
};

/** Returns the images as the trainer reads them: values in [−1, 1], made of the bytes when they are needed. */
export function datasetOf({ bytes, labels, classNames, imageShape }: DecodedImages): ImageDataset {
  const size = imageShape[0] * imageShape[1] * imageShape[2];
  return {
    length: labels.length,
    imageShape,
    ...(classNames.length > 0 && { classNames }),
    async read(index) {
      const pixels = Float32Array.from(bytes.subarray(index * size, (index + 1) * size), (byte) => byte / 127.5 - 1);
      return { pixels, label: labels[index] ?? -1 };
    },
  };
}
