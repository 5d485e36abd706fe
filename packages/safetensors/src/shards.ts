import { DenoiserError, isDenoiserError, isObject, quote } from '@denoiser/errors';
import { SafetensorsError } from './errors';
import { MAX_HEADER_BYTES } from './header';
import { parseObject } from './json';
import { locationOf, type OpenTensors, openSafetensors, readExactly } from './open';
import { type ByteSource, checkSource } from './source';
import type { TensorInfo } from './types';

/** More than the largest models have by ten times; each is a handle or a connection. */
const MAX_SHARDS = 4096;
const INDEX = 'The index';

/** What shards are: how their names end, and what opens one, and closes it where it cannot. */
export interface ShardForm {
  readonly ending: string;
  readonly open: (source: ByteSource) => Promise<OpenTensors>;
}

const SAFETENSORS: ShardForm = { ending: '.safetensors', open: openSafetensors };

/**
 * Opens the files of a model that was saved in several as one set of tensors. `index` is the source of the file that lists them
 * (`model.safetensors.index.json`: `weight_map`, and `metadata`, of which only `total_size` is looked at), `openShard` opens
 * one of its folder by name. What shards hold beside the listed tensors is left out. `form` is of shards that are no safetensors files.
 *
 * @throws DenoiserError (`index-invalid`) where the index is no such list or names files that are not of its folder; the same as
 * `openSafetensors` for a shard, with its name; `tensor-missing` for a tensor that is not where the index says. All sources are
 * closed then.
 */
export async function openShards(
  index: ByteSource,
  openShard: (name: string) => Promise<ByteSource>,
  { ending, open }: ShardForm = SAFETENSORS,
): Promise<OpenTensors> {
  checkSource('openShards', index);
  const shards = await readIndex(index, ending); // file → names
  const opened = new Map<string, OpenTensors>();
  const close = async () => {
    await Promise.all([...opened.values()].map((shard) => shard.close()));
  };
  try {
    const tensors = new Map<string, TensorInfo>();
    const shardOf = new Map<string, OpenTensors>();
    let metadata: Record<string, string> | undefined;
    for (const [file, names] of shards) {
      const shard = await inShard(file, async () => open(await openShard(file)));
      opened.set(file, shard);
      metadata ??= shard.metadata;
      for (const name of names) {
        if (shard.tensors.has(name)) continue;
        const message = `${INDEX} says that tensor ${quote(name)} is in ${quote(file)}, and it is not; get both files anew.`;
        throw new SafetensorsError('tensor-missing', message);
      }
      // In the order of the file, in which they are read quickest.
      for (const [name, info] of shard.tensors) {
        if (!names.has(name)) continue;
        tensors.set(name, info);
        shardOf.set(name, shard);
      }
    }
    const read = async (name: string) => {
      locationOf(tensors, name);
      return (shardOf.get(name) as OpenTensors).read(name);
    };
    return { metadata: metadata ?? {}, tensors, read, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The names of each shard's tensors. */
async function readIndex(source: ByteSource, ending: string): Promise<Map<string, Set<string>>> {
  const { weight_map: files, metadata } = parseObject(await readAndClose(source), INDEX, 'index-invalid');
  checkTotal(metadata);
  if (!isObject(files)) throw invalid(`has no weight_map: it is no index of ${ending} files`);
  const shards = new Map<string, Set<string>>();
  for (const [name, file] of Object.entries(files)) {
    if (typeof file !== 'string' || !isFileName(file, ending)) {
      const where = typeof file === 'string' ? quote(file) : 'something else';
      throw invalid(`places tensor ${quote(name)} in ${where}, which is no name of a ${ending} file beside it`);
    }
    const names = shards.get(file) ?? new Set();
    shards.set(file, names.add(name));
    if (shards.size > MAX_SHARDS) throw invalid(`lists more than ${MAX_SHARDS} files`);
  }
  return shards;
}

async function readAndClose(source: ByteSource): Promise<Uint8Array> {
  try {
    if (source.length > MAX_HEADER_BYTES) {
      throw invalid(`has ${source.length} bytes, and ${MAX_HEADER_BYTES} is the most`);
    }
    return await readExactly(source, 0, source.length, 'the index');
  } finally {
    await source.close?.();
  }
}

/** Programs write it by several rules (tied weights, other types); the shards' own sizes count, each checked against its file. */
function checkTotal(metadata: unknown): void {
  if (metadata === undefined || metadata === null) return;
  const total = isObject(metadata) ? (metadata.total_size ?? 0) : undefined;
  if (!Number.isSafeInteger(total) || (total as number) < 0) {
    throw invalid('has metadata whose total_size is no number of bytes');
  }
}

/** Whether it is a plain name: none of a folder above, within or elsewhere, on any system or in an address. */
function isFileName(text: string, ending: string): boolean {
  return text.endsWith(ending) && /^[^./\\:?#%\p{Cc}][^/\\:?#%\p{Cc}]{0,239}$/u.test(text.slice(0, -ending.length));
}

/** Runs `open`; the sentence of an error in it begins with the shard's name. */
async function inShard<T>(file: string, open: () => Promise<T>): Promise<T> {
  try {
    return await open();
  } catch (error) {
    if (!isDenoiserError(error)) throw error;
    throw new DenoiserError(error.code, `Shard ${quote(file)}: ${error.message}`);
  }
}

const invalid = (what: string) => new SafetensorsError('index-invalid', `${INDEX} ${what}.`);
