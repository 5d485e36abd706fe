import { ARRAYS, bytesPerElement, isDType } from './dtypes';
import { quote, SafetensorsError } from './errors';
import { MAX_HEADER_BYTES } from './header';
import { elementCount } from './shape';
import type { TensorEntry, TensorFile } from './types';

const LENGTH_BYTES = 8;

/**
 * The bytes of a safetensors file with these arrays. They stand with larger element types first and then by name, so
 * that every array is aligned and equal content gives equal bytes.
 *
 * Errors: `DenoiserError` that names the tensor whose data doesn't fit its dtype and shape, or whose name can't be one.
 */
export function writeSafetensors(file: TensorFile): Uint8Array {
  const entries = [...file.tensors].sort(
    ([a, x], [b, y]) => bytesPerElement(y.dtype) - bytesPerElement(x.dtype) || (a < b ? -1 : a > b ? 1 : 0),
  );
  const parts: string[] = [];
  const metadata = Object.entries(file.metadata);
  for (const [key, text] of metadata) checkMetadata(key, text);
  // Written by hand: as properties of an object, names such as "1" would change places and __proto__ be lost.
  if (metadata.length > 0) {
    parts.push(`"__metadata__":{${metadata.map((pair) => pair.map((s) => JSON.stringify(s)).join(':')).join(',')}}`);
  }
  let dataLength = 0;
  for (const [name, entry] of entries) {
    checkEntry(name, entry);
    const info = {
      dtype: entry.dtype,
      shape: entry.shape,
      data_offsets: [dataLength, dataLength + entry.data.byteLength],
    };
    parts.push(`${JSON.stringify(name)}:${JSON.stringify(info)}`);
    dataLength += entry.data.byteLength;
  }

  const json = new TextEncoder().encode(`{${parts.join(',')}}`);
  const headerLength = Math.ceil(json.length / LENGTH_BYTES) * LENGTH_BYTES;
  if (headerLength > MAX_HEADER_BYTES) {
    const message = `The header would be ${headerLength} bytes long, and ${MAX_HEADER_BYTES} is the most; shorten the metadata.`;
    throw new SafetensorsError('header-invalid', message);
  }
  const bytes = new Uint8Array(LENGTH_BYTES + headerLength + dataLength);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerLength), true);
  bytes.set(json, LENGTH_BYTES);
  bytes.fill(0x20, LENGTH_BYTES + json.length, LENGTH_BYTES + headerLength);
  let at = LENGTH_BYTES + headerLength;
  for (const [, { data }] of entries) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return bytes;
}

function checkMetadata(key: string, text: unknown): void {
  if (typeof text !== 'string') {
    throw new SafetensorsError('header-invalid', `The metadata ${quote(key)} is not a string; make it one.`);
  }
  if (!isText(key) || !isText(text)) {
    throw new SafetensorsError('header-invalid', `The metadata ${quote(key)} has half of a surrogate pair in it.`);
  }
}

function checkEntry(name: string, { dtype, shape, data }: TensorEntry): void {
  const fail = (what: string): never => {
    throw new SafetensorsError('tensor-invalid', `Tensor ${quote(name)} ${what}.`);
  };
  if (name === '__metadata__') fail('has the name that the format reserves for metadata');
  if (!isText(name)) fail('has half of a surrogate pair in its name');
  if (!isDType(dtype)) fail(`has the dtype ${quote(String(dtype))}, which is unknown`);
  if (!(data instanceof ARRAYS[dtype])) fail(`is ${dtype} and needs its data in a ${ARRAYS[dtype].name}`);
  const count = elementCount(shape);
  if (count !== data.length) fail(`has ${data.length} elements, but the shape [${shape.join(', ')}]`);
}

/** Whether a string has a UTF-8 form. */
function isText(text: string): boolean {
  return !/\p{Surrogate}/u.test(text);
}
