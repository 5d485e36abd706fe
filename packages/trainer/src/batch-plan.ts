import { epochPermutation } from './epoch-permutation';

/** A place in the data: epochs done, and images used of the next epoch's order. */
export type DataPosition = { epochsDone: number; position: number };

/** One batch of a plan: which images it takes. */
export type PlannedBatch = {
  /** Epochs done before this batch's own. */
  epochsDone: number;
  /** Numbers of the images, in the epoch's shuffled order. The last batch of an epoch may be smaller. */
  indices: Uint32Array;
  /** The place after this batch; at the end of an epoch, the start of the next one. */
  next: DataPosition;
};

/** What a plan of batches follows from. */
export type BatchPlanOptions = {
  seed: number;
  /** Number of images. */
  length: number;
  batchSize: number;
  /** Number of batches. Default: endless. */
  batches?: number;
  /** Where the plan begins. Default: at the start. */
  from?: DataPosition;
};

/** Yields the batches of a training run: every image once per epoch, each epoch in its own order. */
export function* planBatches(options: BatchPlanOptions): Generator<PlannedBatch, void, undefined> {
  const { seed, length, batchSize, batches = Infinity, from = { epochsDone: 0, position: 0 } } = options;
  let { position } = from;
  let left = batches;
  for (let { epochsDone } = from; left > 0; epochsDone++) {
    const order = epochPermutation(seed, epochsDone, length);
    while (position < length && left > 0) {
      const indices = order.subarray(position, position + batchSize);
      position += indices.length;
      const next = position < length ? { epochsDone, position } : { epochsDone: epochsDone + 1, position: 0 };
      left--;
      yield { epochsDone, indices, next };
    }
    position = 0;
  }
}
