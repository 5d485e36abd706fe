import { quote } from '@denoiser/errors';
import { ARRAYS, bytesPerElement } from './dtypes';
import { SafetensorsError } from './errors';
import { readSafetensorsHeader } from './header';
import type { TensorEntry, TensorFile, TensorFileHeader, TensorLocation } from './types';

/**
 * The arrays of a safetensors file. Arrays are views of `bytes` where they are aligned to their element size, else
 * copies; don't change `bytes` while they are in use. Little-endian machines only, as all are that run JavaScript.
 *
 * @throws DenoiserError as `readSafetensorsHeader`, and if the file is shorter or longer than its header says.
 */
export function readSafetensors(bytes: Uint8Array): TensorFile {
  const header = readSafetensorsHeader(bytes);
  checkLength(header, bytes.length);
  const tensors = new Map<string, TensorEntry>();
  for (const [name, location] of header.tensors) tensors.set(name, entryAt(bytes, location));
  return { metadata: header.metadata, tensors };
}

/** Throws a DenoiserError unless a file is as long as its header says. */
export function checkLength({ tensors, byteLength }: TensorFileHeader, length: number): void {
  if (length < byteLength) {
    const [name] = [...tensors].find(([, location]) => location.end > length) ?? [''];
    throw new SafetensorsError(
      'file-truncated',
      `The file is cut off: it has ${length} bytes of ${byteLength}, and ends before or within tensor ${quote(name)}.`,
    );
  }
  if (length > byteLength) {
    throw new SafetensorsError(
      'header-invalid',
      `The file has ${length} bytes, but its header describes ${byteLength}; it is damaged.`,
    );
  }
}

/** The array at a place in `bytes`: a view where it is aligned, else a copy. */
export function entryAt(bytes: Uint8Array, { dtype, shape, begin, end }: TensorLocation): TensorEntry {
  const start = bytes.byteOffset + begin;
  const length = (end - begin) / bytesPerElement(dtype);
  const aligned = start % bytesPerElement(dtype) === 0;
  const data = aligned
    ? new ARRAYS[dtype](bytes.buffer as ArrayBuffer, start, length)
    : new ARRAYS[dtype](Uint8Array.prototype.slice.call(bytes, begin, end).buffer); // a Buffer's own slice is a view
  return { dtype, shape, data } as TensorEntry;
}
