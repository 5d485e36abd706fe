import type { TensorEntry } from '@denoiser/safetensors';

/** What stands as a key in Python's dicts. */
export type PyTorchKey = string | number | bigint | boolean | null | readonly PyTorchValue[];

/**
 * A value of a file: dicts are maps, lists and tuples arrays, sets sets, bytes a `Uint8Array`, integers beyond 2⁵³ bigints, devices
 * and dtypes their names (`cuda:0`, `torch.float16`). A plain object is a tensor.
 */
export type PyTorchValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | readonly PyTorchValue[]
  | ReadonlySet<PyTorchValue>
  | ReadonlyMap<PyTorchKey, PyTorchValue>
  | TensorEntry;

/** Returns whether a value of a file is a tensor. */
export function isTensor(value: unknown): value is TensorEntry {
  return typeof value === 'object' && value !== null && 'dtype' in value && 'shape' in value && 'data' in value;
}
