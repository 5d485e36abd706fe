import type { TensorEntry } from '@denoiser/safetensors';
import { sizeOf } from './strided';

export type NamedTensors = ReadonlyMap<string, TensorEntry>;

/** Weights as they are called without what they were wrapped in. */
export interface Unwrapped {
  readonly tensors: NamedTensors;
  /** The prefix that was taken off. */
  readonly prefix: string;
  readonly isAverage: boolean;
}

/** What DataParallel, `torch.compile`, averages of weights and training frameworks put before the names. */
const WRAPPER = /^(module|model|ema_model|online_model|ema|_orig_mod)\./;
const AVERAGES = ['ema_model', 'ema'];

/**
 * Takes off the prefixes that all names have, as `module.` and `_orig_mod.`. A dict of an average beside what it is an average
 * of, as `ema_model.` and `online_model.`, is taken apart. Counters, such as `n_averaged`, are no weights.
 */
export function unwrap(tensors: NamedTensors, prefix = '', isAverage = false): Unwrapped[] {
  const weights = [...tensors].filter(([, { shape }]) => sizeOf(shape) > 1).map(([name]) => name);
  const wrappers = [...new Set(weights.map((name) => WRAPPER.exec(name)?.[1]))];
  const isWrapped = wrappers.length === 1 || wrappers.some((wrapper) => AVERAGES.includes(wrapper ?? ''));
  if (wrappers.length === 0 || wrappers.includes(undefined) || !isWrapped) return [{ tensors, prefix, isAverage }];
  return (wrappers as string[]).flatMap((wrapper) => {
    const inside = [...tensors].filter(([name]) => name.startsWith(`${wrapper}.`));
    const bare = new Map(inside.map(([name, tensor]) => [name.slice(wrapper.length + 1), tensor]));
    return unwrap(bare, `${prefix}${wrapper}.`, isAverage || AVERAGES.includes(wrapper) || tensors.has('n_averaged'));
  });
}
