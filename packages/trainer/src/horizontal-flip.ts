import { STREAMS, uniforms } from '@denoiser/ops';
import type { ImageDataset } from './types';

/**
 * The same images, mirrored left to right in half of the epochs (or with another probability): a pure function of (seed,
 * epochsDone, index). Not for letters, nor anything else that has a side.
 */
export function horizontalFlip(dataset: ImageDataset, o: { seed: number; probability?: number }): ImageDataset {
  const { seed, probability = 0.5 } = o;
  const [height, width, channels] = dataset.imageShape;
  return {
    ...dataset,
    async read(index, epochsDone) {
      const image = await dataset.read(index, epochsDone);
      const [u] = uniforms({ seed, stream: STREAMS.flip, step: epochsDone, index, count: 1 });
      if (u >= probability) return image;
      const pixels = new Float32Array(image.pixels.length);
      for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++) {
          const from = (y * width + x) * channels;
          pixels.set(image.pixels.subarray(from, from + channels), (y * width + width - 1 - x) * channels);
        }
      }
      return { ...image, pixels };
    },
  };
}
