import type { Batch } from './read-batch';

/** A part of a step's batch, which goes through the network at once. */
export type MicroBatch = {
  pixels: Float32Array;
  shape: [batch: number, height: number, width: number, channels: number];
  /** The images' places in the step's batch. Random numbers depend on them, so that the cut changes nothing. */
  places: number[];
};

/** Cuts a batch into parts of at most `size` images; null: one part. */
export function microBatches({ pixels, shape }: Pick<Batch, 'pixels' | 'shape'>, size: number | null) {
  const [count, ...imageShape] = shape;
  const imageSize = imageShape[0] * imageShape[1] * imageShape[2];
  const parts: MicroBatch[] = [];
  for (let start = 0; start < count; start += size ?? count) {
    const end = Math.min(start + (size ?? count), count);
    parts.push({
      pixels: pixels.subarray(start * imageSize, end * imageSize),
      shape: [end - start, ...imageShape],
      places: Array.from({ length: end - start }, (_, i) => start + i),
    });
  }
  return parts;
}
