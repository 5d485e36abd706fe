import type { TensorFile } from '@denoiser/safetensors';

/** A parameter that every such network has. */
const LANDMARK = 'inc.double_conv.0.weight';
/** Prefixes that PyTorch's DataParallel and compile, averages of weights and training frameworks put before the names. */
const WRAPPERS = /^((module|ema_model|_orig_mod|model)\.)+$/;

/**
 * Returns a file without the prefixes of a network that was saved within others, such as `module.inc.…` or
 * `ema_model.module.inc.…`. What stands beside it (an optimizer's counters, the weights that were averaged) is left out. Where
 * there are several networks, an average is preferred.
 */
export function bareNames(file: TensorFile): TensorFile {
  if (file.tensors.has(LANDMARK)) return file;
  const prefixes = [...file.tensors.keys()]
    .filter((name) => name.endsWith(LANDMARK))
    .map((name) => name.slice(0, -LANDMARK.length))
    .filter((prefix) => WRAPPERS.test(prefix));
  const prefix = prefixes.find((found) => found.includes('ema_model.')) ?? prefixes[0];
  if (prefix === undefined) return file;
  const inside = [...file.tensors].filter(([name]) => name.startsWith(prefix));
  return { ...file, tensors: new Map(inside.map(([name, entry]) => [name.slice(prefix.length), entry])) };
}
