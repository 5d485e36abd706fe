import { epochPermutation } from './epoch-permutation';

/** Where training stands: images `0 … position − 1` of the epoch's order have been used. Epochs count from 0. */
export type DataPosition = { epoch: number; position: number };

export type PlannedBatch = {
  epoch: number;
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
  /** Stops before epoch number `epochs`. */
  epochs: number;
  from?: DataPosition;
};

/** All batches of a training run from `from` on: every image once an epoch, the last incomplete batch kept. */
export function* planBatches(options: BatchPlanOptions): Generator<PlannedBatch, void, undefined> {
  const { seed, length, batchSize, epochs, from = { epoch: 0, position: 0 } } = options;
  let { position } = from;
  for (let epoch = from.epoch; epoch < epochs; epoch++) {
    const order = epochPermutation(seed, epoch, length);
    while (position < length) {
      const indices = order.subarray(position, position + batchSize);
      position += indices.length;
      const next = position < length ? { epoch, position } : { epoch: epoch + 1, position: 0 };
      yield { epoch, indices, next };
    }
    position = 0;
  }
}
