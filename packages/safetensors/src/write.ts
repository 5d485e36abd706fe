import { quote } from '@denoiser/errors';
import { ARRAYS, bytesPerElement, isDType } from './dtypes';
import { SafetensorsError } from './errors';
import { LENGTH_BYTES, MAX_HEADER_BYTES } from './header';
import { elementCount, shapeText } from './shape';
import type { TensorEntry, TensorFile, TensorInfo, TensorList } from './types';

/**
 * The bytes of a safetensors file with these arrays. They stand with larger element types first and then by name, so
 * that every array is aligned and equal content gives equal bytes.
 *
 * @throws DenoiserError that names the tensor whose data doesn't fit its dtype and shape, or whose name can't be one.
 */
export function writeSafetensors(file: TensorFile): Uint8Array {
  const { header, names, byteLength } = layOut(file);
  const arrays = names.map((name) => bytesOf(name, file.tensors.get(name) as TensorEntry));
  const bytes = new Uint8Array(byteLength);
  let at = 0;
  for (const part of [header, ...arrays]) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** The bytes of a file part by part, and how many they are: for `fs.writeFile`, `Readable.from`, `ReadableStream.from`. */
export interface SafetensorsStream extends AsyncIterable<Uint8Array> {
  readonly byteLength: number;
}

/**
 * Writes a safetensors file of which types and shapes are known, and each array when its turn comes: memory holds one at a time.
 * The bytes are those of `writeSafetensors`. `tensorOf` is asked once for each tensor; what `openSafetensors` gives is a list
 * as well.
 *
 * @throws DenoiserError as `writeSafetensors`, and where an array is not what the list says.
 */
export function streamSafetensors(
  list: TensorList,
  tensorOf: (name: string) => TensorEntry | Promise<TensorEntry>,
): SafetensorsStream {
  const { header, names, byteLength } = layOut(list);
  async function* parts(): AsyncGenerator<Uint8Array> {
    yield header;
    for (const name of names) {
      const told = list.tensors.get(name) as TensorInfo;
      const entry = await tensorOf(name);
      if (entry.dtype !== told.dtype || entry.shape.join() !== told.shape.join()) {
        const found = `${entry.dtype} ${shapeText(entry.shape)}`;
        throw invalid(name, `is ${found}, but ${told.dtype} ${shapeText(told.shape)} in the list`);
      }
      yield bytesOf(name, entry);
    }
  }
  return { byteLength, [Symbol.asyncIterator]: parts };
}

/** The header of a file, the order of its arrays and its length. */
function layOut({ metadata, tensors }: TensorList): { header: Uint8Array; names: string[]; byteLength: number } {
  const parts: string[] = [];
  const pairs = Object.entries(metadata);
  for (const [key, text] of pairs) checkMetadata(key, text);
  // Written by hand: as properties of an object, names such as "1" would change places and __proto__ be lost.
  if (pairs.length > 0) {
    parts.push(`"__metadata__":{${pairs.map((pair) => pair.map((s) => JSON.stringify(s)).join(':')).join(',')}}`);
  }
  const entries = [...tensors].map(([name, { dtype, shape }]) => ({
    name,
    dtype,
    shape,
    size: sizeOf(name, dtype, shape),
  }));
  entries.sort(
    (a, b) => bytesPerElement(b.dtype) - bytesPerElement(a.dtype) || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0),
  );
  let dataLength = 0;
  for (const { name, dtype, shape, size } of entries) {
    const info = { dtype, shape, data_offsets: [dataLength, dataLength + size] };
    parts.push(`${JSON.stringify(name)}:${JSON.stringify(info)}`);
    dataLength += size;
  }
  const header = headerOf(`{${parts.join(',')}}`);
  return { header, names: entries.map(({ name }) => name), byteLength: header.length + dataLength };
}

/** The length of the text, and the text, filled up with spaces so that the arrays are aligned. */
function headerOf(text: string): Uint8Array {
  const json = new TextEncoder().encode(text);
  const length = Math.ceil(json.length / LENGTH_BYTES) * LENGTH_BYTES;
  if (length > MAX_HEADER_BYTES) {
    const message = `The header would be ${length} bytes long, and ${MAX_HEADER_BYTES} is the most; shorten the metadata.`;
    throw new SafetensorsError('header-invalid', message);
  }
  const bytes = new Uint8Array(LENGTH_BYTES + length).fill(0x20);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true);
  bytes.set(json, LENGTH_BYTES);
  return bytes;
}

const invalid = (name: string, what: string) =>
  new SafetensorsError('tensor-invalid', `Tensor ${quote(name)} ${what}.`);

function checkMetadata(key: string, text: unknown): void {
  if (typeof text !== 'string') {
    throw new SafetensorsError('header-invalid', `The metadata ${quote(key)} is not a string; make it one.`);
  }
  if (!isText(key) || !isText(text)) {
    throw new SafetensorsError('header-invalid', `The metadata ${quote(key)} has half of a surrogate pair in it.`);
  }
}

/** Bytes of an array; throws if its name, type or shape can be none. */
function sizeOf(name: string, dtype: unknown, shape: readonly number[]): number {
  if (name === '__metadata__') throw invalid(name, 'has the name that the format reserves for metadata');
  if (!isText(name)) throw invalid(name, 'has half of a surrogate pair in its name');
  if (!isDType(dtype)) throw invalid(name, `has the dtype ${quote(String(dtype))}, which is unknown`);
  const count = elementCount(shape);
  if (count === undefined) throw invalid(name, `has the shape ${shapeText(shape)}, which is of no possible size`);
  return count * bytesPerElement(dtype);
}

function bytesOf(name: string, { dtype, shape, data }: TensorEntry): Uint8Array {
  if (!(data instanceof ARRAYS[dtype]))
    throw invalid(name, `is ${dtype} and needs its data in a ${ARRAYS[dtype].name}`);
  if (elementCount(shape) !== data.length) {
    throw invalid(name, `has ${data.length} elements, but the shape ${shapeText(shape)}`);
  }
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

/** Whether a string has a UTF-8 form. */
function isText(text: string): boolean {
  return !/\p{Surrogate}/u.test(text);
}
