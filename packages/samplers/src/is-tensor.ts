import type { Tensor4D } from '@tensorflow/tfjs-core';

/** Returns whether a value is a tensor, by its shape, not its class: a page may hold two copies of tfjs. */
export const isTensor = (value: unknown): value is Tensor4D =>
  typeof value === 'object' && value !== null && 'shape' in value && 'dispose' in value;
