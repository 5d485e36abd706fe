/** What is kept of decoded images at most, and how many are decoded before the first step: the data's own defaults. */
const MOST_KEPT = 2 ** 30;
const DECODED_BEFORE = 10_000;

/**
 * What a checkpoint takes on top, in sizes of the state: the bytes of its files, the values of the one being written in
 * memory's and in the file's layout, and as much again of what waits for the garbage collector. Measured by
 * `scripts/memory.mjs`.
 */
const CHECKPOINT = 2.5;

/**
 * Returns the most bytes that the process of a training run will have, grids and checkpoints included. Two trial steps and one of a
 * grid have taken what they take; what comes later is added.
 *
 * @param processBytes what the process has after them
 * @param stateBytes of the weights, their moments and averages
 */
export function memoryNeed(o: {
  processBytes: number;
  stateBytes: number;
  images: { length: number; imageShape: readonly number[]; isAugmented: boolean };
}): number {
  const { length, imageShape, isAugmented } = o.images;
  const [height = 0, width = 0, channels = 0] = imageShape;
  const imageBytes = height * width * channels * (isAugmented ? 1.25 ** 2 : 1);
  const toBeKept = length > DECODED_BEFORE ? Math.min(MOST_KEPT, length * imageBytes) : 0;
  return o.processBytes + CHECKPOINT * o.stateBytes + toBeKept;
}
