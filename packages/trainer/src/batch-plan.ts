import { epochPermutation } from './epoch-permutation';

/** Where training stands: so many epochs are done, and of the next one's order so many images. */
export type DataPosition = { epochsDone: number; position: number };

export type PlannedBatch = {
  /** Epochs done before the one that this batch is of. */
  epochsDone: number;
  /** The numbers of the images, in the epoch's shuffled order. The last batch of an epoch may be smaller. */
  indices: Uint32Array;
  /** Where training stands once this batch is done; at the end of an epoch, the start of the next one. */
  next: DataPosition;
};

export type BatchPlanOptions = {
  seed: number;
  /** How many images there are. */
  length: number;
  batchSize: number;
  /** How many batches; default Infinity. */
  batches?: number;
  from?: DataPosition;
};

/** Yields the batches of a training run from `from` on: every image once an epoch, the last incomplete batch kept. */
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
