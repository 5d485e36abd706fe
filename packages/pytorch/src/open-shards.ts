import {
  type ByteSource,
  type OpenTensors,
  openShards,
  type ShardForm,
  type TensorEntry,
  type TensorInfo,
} from '@denoiser/safetensors';
import { openPyTorch } from './read';
import { stateDictOf } from './state-dict';
import { isTensor } from './values';

/** A state dict in several files, read tensor by tensor. */
export interface OpenStateDict extends OpenTensors {
  /** Which weights they are, in a few words, as `stateDictOf` says it. */
  readonly description: string;
}

/**
 * Opens a state dict that was saved in several files, `pytorch_model-00001-of-00002.bin` and so on, by the index that lists them
 * (`pytorch_model.bin.index.json`), under the rules of `openShards` of `@denoiser/safetensors`. Names lose what they were wrapped in.
 *
 * @throws DenoiserError as `openShards`, `openPyTorch` and `stateDictOf`.
 */
export async function openPyTorchShards(
  index: ByteSource,
  openShard: (name: string) => Promise<ByteSource>,
): Promise<OpenStateDict> {
  const shards = await openShards(index, openShard, FORM);
  try {
    const { tensors, description } = stateDictOf(shards.tensors as unknown as ReadonlyMap<string, TensorEntry>);
    const savedAs = new Map([...shards.tensors].map(([name, tensor]) => [tensor, name]));
    const read = (name: string) => shards.read(savedAs.get(tensors.get(name) as TensorInfo) as string);
    return { metadata: {}, tensors, read, close: shards.close, description };
  } catch (error) {
    await shards.close();
    throw error;
  }
}

const FORM: ShardForm = {
  ending: '.bin',
  async open(source) {
    const close = async () => source.close?.();
    try {
      const { value, read } = await openPyTorch(source);
      const named =
        value instanceof Map ? [...value].filter(([name, tensor]) => typeof name === 'string' && isTensor(tensor)) : [];
      const tensors = new Map(named as [string, TensorEntry][]);
      return { metadata: {}, tensors, read: (name) => read(tensors.get(name) as TensorEntry), close };
    } catch (error) {
      await close();
      throw error;
    }
  },
};
