import { isPyTorchFile, openPyTorch, openPyTorchShards, stateDictOf } from '@denoiser/pytorch';
import {
  type ByteSource,
  type OpenTensors,
  openSafetensors,
  openShards,
  type TensorEntry,
} from '@denoiser/safetensors';
import { optionInvalid } from './check-options';

/** Which weights of a file of PyTorch: an average of them, the others, or those at a key, as `model.state_dict`. */
export type FileWeights = 'ema' | 'model' | { readonly at: string };

/** The weights of a file, read one by one, and which of several in it they are, in a few words. */
export interface OpenWeights extends OpenTensors {
  readonly which?: string;
}

/**
 * Opens the weights in a file of safetensors or of PyTorch. The source is closed with them, and where it can't be read.
 *
 * @throws DenoiserError where it is none of both, is damaged, or has no such weights.
 */
export async function openWeights(given: ByteSource, weights?: FileWeights): Promise<OpenWeights> {
  const source = closedOnce(given);
  try {
    const start = await source.read(0, Math.min(8, source.length));
    if (isPyTorchFile(start)) return await openStateDict(source, weights);
    checkNoChoice(weights);
    return await openSafetensors(continued(source, start));
  } catch (error) {
    await source.close();
    throw error;
  }
}

/** The index of a model in several files: of safetensors, or of PyTorch. */
const INDEX = /\.(safetensors|bin)\.index(\.[\w-]+)?\.json$|\.[\w-]+\.(safetensors|bin)\.index\.json$/i;

/** Returns whether a file is the index of a model in several files, by its name. */
export const isWeightsIndex = (name: string): boolean => INDEX.test(name);

/**
 * Opens the weights of a model in several files by their index, whose name says what they are; `openShard` opens one of them.
 *
 * @throws DenoiserError as `openShards` of `@denoiser/safetensors` and `openPyTorchShards` of `@denoiser/pytorch`.
 */
export async function openIndexedWeights(
  name: string,
  index: ByteSource,
  openShard: (name: string) => Promise<ByteSource>,
): Promise<OpenWeights> {
  if (/safetensors/i.test(INDEX.exec(name)?.[0] ?? name)) return openShards(index, openShard);
  const { description, ...weights } = await openPyTorchShards(index, openShard);
  return { ...weights, which: description };
}

/** A source that is closed once, however often that is asked for. */
function closedOnce(source: ByteSource): Required<ByteSource> {
  let closed: Promise<void> | undefined;
  const close = async () => {
    closed ??= source.close?.();
    await closed;
  };
  return { length: source.length, read: (from, to) => source.read(from, to), close };
}

/** Throws where one of several weights is asked for, and there is but one. */
export function checkNoChoice(weights: FileWeights | undefined): void {
  if (weights === undefined) return;
  throw optionInvalid('`weights` chooses from a run or a file of PyTorch, and this is neither; leave it out.');
}

async function openStateDict(source: Required<ByteSource>, weights: FileWeights | undefined): Promise<OpenWeights> {
  const { value, read } = await openPyTorch(source);
  const { tensors, description } = stateDictOf(value, choiceOf(weights));
  return {
    metadata: {},
    tensors,
    read: (name) => read(tensors.get(name) as TensorEntry),
    close: source.close,
    which: description,
  };
}

const choiceOf = (weights: FileWeights | undefined) =>
  typeof weights === 'object' ? { at: weights.at } : weights === undefined ? {} : { average: weights === 'ema' };

/** A source whose first bytes are known and not read again. */
const continued = (source: ByteSource, start: Uint8Array): ByteSource => ({
  ...source,
  read: async (from, to) => (to <= start.length ? start.subarray(from, to) : source.read(from, to)),
});
