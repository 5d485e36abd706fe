import type { ReadStorage, Tensors } from './tensors';

/** A file whose pickle has been read: the value, its tensors still without numbers, and where those are. */
export interface OpenForm {
  readonly value: unknown;
  readonly tensors: Tensors;
  readonly readStorage: ReadStorage;
}
