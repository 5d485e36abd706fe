import { quote } from '@denoiser/errors';
import { SafetensorsError } from './errors';
import { headerEnd, LENGTH_BYTES, readSafetensorsHeader } from './header';
import { checkLength, entryAt } from './read';
import { type ByteSource, checkSource } from './source';
import type { TensorEntry, TensorFile, TensorFileHeader, TensorInfo, TensorList } from './types';

const HEADER = 'the header';

/** Tensors that are read one by one; `tensors` lists them in the order in which that is quickest. */
export interface OpenTensors extends TensorList {
  /**
   * Reads an array.
   *
   * @throws DenoiserError where there is none of this name or its bytes can't be had.
   */
  read(name: string): Promise<TensorEntry>;
  /** Closes the source. */
  close(): Promise<void>;
}

/**
 * Opens a safetensors file of which nothing but the header is read, and checked, before a tensor is asked for. Memory then
 * holds the tensors that the caller keeps, and no second copy.
 *
 * @throws DenoiserError as `readSafetensors`; the source is closed then.
 */
export async function openSafetensors(source: ByteSource): Promise<OpenTensors> {
  checkSource('openSafetensors', source);
  const close = async () => source.close?.();
  try {
    const header = await readHeader(source);
    checkLength(header, source.length);
    const { metadata, tensors } = header;
    const read = async (name: string) => {
      const location = locationOf(tensors, name);
      const bytes = await readExactly(source, location.begin, location.end, `tensor ${quote(name)}`);
      return entryAt(bytes, { ...location, begin: 0, end: bytes.length });
    };
    return { metadata, tensors, read, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Reads all tensors, one after the other. */
export async function readAllTensors(opened: OpenTensors): Promise<TensorFile> {
  const tensors = new Map<string, TensorEntry>();
  for (const name of opened.tensors.keys()) tensors.set(name, await opened.read(name));
  return { metadata: opened.metadata, tensors };
}

/** Returns what a list says of a name. */
export function locationOf<Info extends TensorInfo>(tensors: ReadonlyMap<string, Info>, name: string): Info {
  const location = tensors.get(name);
  if (location) return location;
  throw new SafetensorsError('tensor-missing', `There is no tensor ${quote(name)}; choose one of those listed.`);
}

async function readHeader(source: ByteSource): Promise<TensorFileHeader> {
  const start = await readExactly(source, 0, Math.min(source.length, LENGTH_BYTES), HEADER);
  const end = headerEnd(start, source.length);
  const text = await readExactly(source, start.length, end, HEADER);
  const bytes = new Uint8Array(end);
  bytes.set(start);
  bytes.set(text, start.length);
  return readSafetensorsHeader(bytes);
}

/** Reads a part of a source, `what` in messages, which must be all of it. */
export async function readExactly(source: ByteSource, from: number, to: number, what: string): Promise<Uint8Array> {
  if (from === to) return new Uint8Array(0);
  const bytes = await source.read(from, to).catch((error: unknown) => {
    if (!(error instanceof RangeError)) throw error;
    const message = `Memory has no room for the ${to - from} bytes of ${what}; take a smaller file.`;
    throw new SafetensorsError('tensor-too-large', message);
  });
  if (bytes.length === to - from) return bytes;
  const message = `The source gives ${bytes.length} bytes of the ${to - from} of ${what}; the file has changed or is damaged.`;
  throw new SafetensorsError('file-truncated', message);
}
