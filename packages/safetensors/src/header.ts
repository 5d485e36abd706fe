import { describeValue, isObject, quote } from '@denoiser/errors';
import { bytesPerElement, DTYPES, isDType } from './dtypes';
import { SafetensorsError } from './errors';
import { parseObject } from './json';
import { elementCount, MAX_RANK, shapeText } from './shape';
import type { TensorFileHeader, TensorLocation } from './types';

/** The format's own limit on the header's text. */
export const MAX_HEADER_BYTES = 100_000_000;
export const LENGTH_BYTES = 8;
const OPENING_BRACE = 0x7b;
/** So that places in the file, which begin behind the header, are exact as well. */
const MAX_OFFSET = Number.MAX_SAFE_INTEGER - MAX_HEADER_BYTES - LENGTH_BYTES;
const METADATA = '__metadata__';

/**
 * The header of a safetensors file (https://huggingface.co/docs/safetensors), checked: what the file holds, without the
 * arrays. `bytes` is the file or its beginning, at least as far as the header goes.
 *
 * @throws DenoiserError if the header is cut off, is no JSON of the right form, names something twice, or places the
 * arrays with overlaps or holes.
 */
export function readSafetensorsHeader(bytes: Uint8Array): TensorFileHeader {
  if (!(bytes instanceof Uint8Array)) {
    throw new SafetensorsError(
      'source-invalid',
      `A safetensors file is read from its bytes, a Uint8Array, not from ${describeValue(bytes)}; read the file first.`,
    );
  }
  return parseHeader(bytes.subarray(LENGTH_BYTES, headerEnd(bytes, bytes.length)));
}

/** Where the header of a file of `available` bytes ends, from its first bytes. */
export function headerEnd(bytes: Uint8Array, available: number): number {
  if (bytes.length < LENGTH_BYTES) {
    throw new SafetensorsError(
      'file-truncated',
      `The file is no safetensors file or cut off: it has ${bytes.length} bytes and needs at least ${LENGTH_BYTES}.`,
    );
  }
  const length = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getBigUint64(0, true);
  if (length > MAX_HEADER_BYTES) {
    throw new SafetensorsError(
      'header-invalid',
      `This is no safetensors file: ${beginning(bytes) ?? `its header would be ${length} bytes long, and ${MAX_HEADER_BYTES} is the most`}.`,
    );
  }
  const end = LENGTH_BYTES + Number(length);
  if (end <= available) return end;
  throw new SafetensorsError(
    'file-truncated',
    `The file is cut off within its header: it has ${available} bytes and the header ends at ${end}.`,
  );
}

/** Says how a file begins that is text, such as a web page that came in its place. */
function beginning(bytes: Uint8Array): string | undefined {
  const first = bytes.subarray(0, LENGTH_BYTES);
  const isText = first.every((byte) => (byte >= 0x20 && byte < 0x7f) || (byte >= 0x09 && byte <= 0x0d));
  return isText ? `it begins with the text ${quote(String.fromCharCode(...first))}` : undefined;
}

function parseHeader(text: Uint8Array): TensorFileHeader {
  const dataOffset = LENGTH_BYTES + text.length;
  const header = parseObject(text, 'The header');
  // The format's own reader takes no space before the object.
  if (text[0] !== OPENING_BRACE) {
    throw new SafetensorsError('header-invalid', 'The header is not a JSON object from its first byte: it is damaged.');
  }

  let metadata = emptyMetadata();
  const located: [name: string, location: TensorLocation][] = [];
  for (const [name, value] of Object.entries(header)) {
    if (name === METADATA) metadata = readMetadata(value);
    else located.push([name, readLocation(name, value, dataOffset)]);
  }
  located.sort(([, a], [, b]) => a.begin - b.begin || a.end - b.end);

  let end = dataOffset;
  for (const [name, location] of located) {
    if (location.begin !== end) {
      const what = location.begin < end ? 'overlaps the array before it' : 'leaves unused bytes before it';
      throw new SafetensorsError('tensor-invalid', `Tensor ${quote(name)} ${what}; the header is damaged.`);
    }
    end = location.end;
  }
  return { metadata, tensors: new Map(located), dataOffset, byteLength: end };
}

function readMetadata(value: unknown): Record<string, string> {
  if (value === null) return emptyMetadata(); // as the format's own reader takes it
  if (!isObject(value)) throw new SafetensorsError('header-invalid', `The header's ${METADATA} is not an object.`);
  const metadata = emptyMetadata();
  for (const [key, text] of Object.entries(value)) {
    if (typeof text !== 'string') {
      throw new SafetensorsError(
        'header-invalid',
        `The header's ${METADATA} has ${quote(key)}, which is not a string.`,
      );
    }
    metadata[key] = text;
  }
  return metadata;
}

function readLocation(name: string, value: unknown, dataOffset: number): TensorLocation {
  const fail = (what: string): never => {
    throw new SafetensorsError('tensor-invalid', `Tensor ${quote(name)} ${what}.`);
  };
  if (!isObject(value)) return fail('is not described by an object');
  const { dtype, shape, data_offsets: offsets } = value;
  if (typeof dtype !== 'string') return fail('has no dtype');
  if (!isDType(dtype)) {
    const message = `Tensor ${quote(name)} has the dtype ${quote(dtype)}; ${DTYPES.join(', ')} can be read.`;
    throw new SafetensorsError('dtype-unsupported', message);
  }
  if (!Array.isArray(shape)) return fail('has no shape');
  if (shape.length > MAX_RANK) return fail(`has a shape of ${shape.length} sizes, and ${MAX_RANK} is the most`);
  const count = elementCount(shape);
  if (count === undefined) return fail('has a shape that is not a list of non-negative integers of a possible size');
  if (!Array.isArray(offsets) || offsets.length !== 2) return fail('has no data_offsets [begin, end]');
  const [begin, end] = offsets as unknown[];
  if (!isOffset(begin) || !isOffset(end) || end < begin) {
    return fail('has data_offsets that are not two ascending non-negative integers');
  }
  const expected = count * bytesPerElement(dtype);
  if (end - begin !== expected) {
    return fail(`takes ${end - begin} bytes in the file, but ${dtype} ${shapeText(shape)} takes ${expected}`);
  }
  return { dtype, shape: shape as number[], begin: dataOffset + begin, end: dataOffset + end };
}

function isOffset(value: unknown): value is number {
  return typeof value === 'number' && value <= MAX_OFFSET && Number.isSafeInteger(value) && value >= 0;
}

/** Without a prototype, so that a key such as `__proto__` is one like any other. */
function emptyMetadata(): Record<string, string> {
  return Object.create(null) as Record<string, string>;
}
