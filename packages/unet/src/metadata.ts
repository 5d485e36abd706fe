import { isObject } from '@denoiser/errors';
import type { TensorFile } from '@denoiser/safetensors';
import { NetworkError } from './errors';

/** The names under which a file's metadata says what network it holds. */
export const ARCHITECTURE_KEY = 'denoiser.architecture';
export const CONFIG_KEY = 'denoiser.config';

/**
 * Checks the architecture that a file names; one that names none passes.
 *
 * @throws DenoiserError if it is another one.
 */
export function checkArchitecture({ metadata }: TensorFile, architecture: string): void {
  const name = metadata[ARCHITECTURE_KEY];
  if (name === undefined || name === architecture) return;
  throw new NetworkError(
    'architecture-mismatch',
    `The file holds a model of the architecture ${JSON.stringify(name)}, not ${architecture}; load it with the package that made it.`,
  );
}

/**
 * Returns what a file's metadata says of the configuration, read by `read`; undefined if it says nothing, as in files that
 * PyTorch wrote.
 *
 * @param what it is read for, in words
 * @throws DenoiserError if it is no JSON object, or `read` throws.
 */
export function configOf<T>(
  { metadata }: TensorFile,
  what: string,
  read: (config: Record<string, unknown>) => T,
): T | undefined {
  const text = metadata[CONFIG_KEY];
  if (text === undefined) return undefined;
  try {
    const config: unknown = JSON.parse(text);
    if (isObject(config)) return read(config);
  } catch {
    // below
  }
  throw new NetworkError(
    'weights-damaged',
    `The file's metadata "${CONFIG_KEY}" has no legible ${what}; save the weights anew, or take this entry out of the file's metadata.`,
  );
}
