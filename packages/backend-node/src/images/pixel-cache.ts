import type { Pixels } from './pixels';

/** Decoded images by file, up to a total of `maxBytes`. The first ones stay: each epoch needs all of them equally. */
export type PixelCache = {
  get(file: string): Pixels | undefined;
  /** Keeps the image if there is room, and gives it back. */
  offer(file: string, image: Pixels): Pixels;
};

export function pixelCache(maxBytes: number): PixelCache {
  const images = new Map<string, Pixels>();
  let free = maxBytes;
  return {
    get: (file) => images.get(file),
    offer(file, image) {
      if (image.bytes.byteLength <= free && !images.has(file)) {
        free -= image.bytes.byteLength;
        images.set(file, image);
      }
      return image;
    },
  };
}
