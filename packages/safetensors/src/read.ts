import { ARRAYS, bytesPerElement } from './dtypes';
import { quote, SafetensorsError } from './errors';
import { readSafetensorsHeader } from './header';
import type { TensorEntry, TensorFile, TensorLocation } from './types';

/**
 * The arrays of a safetensors file. Arrays are views of `bytes` where they are aligned to their element size, else
 * copies; don't change `bytes` while they are in use. Little-endian machines only, as all are that run JavaScript.
 *
 * Errors: `DenoiserError` as `readSafetensorsHeader`, and if the file is shorter or longer than its header says.
 */
export function readSafetensors(bytes: Uint8Array): TensorFile {
  const header = readSafetensorsHeader(bytes);
  if (bytes.length < header.byteLength) {
    const [name] = [...header.tensors].find(([, location]) => location.end > bytes.length) ?? [''];
    throw new SafetensorsError(
      'file-truncated',
      `The file is cut off: it has ${bytes.length} bytes of ${header.byteLength}, and ends before or within tensor ${quote(name)}.`,
    );
  }
  if (bytes.length > header.byteLength) {
    throw new SafetensorsError(
      'header-invalid',
      `The file has ${bytes.length} bytes, but its header describes ${header.byteLength}; it is damaged.`,
    );
  }
  const tensors = new Map<string, TensorEntry>();
  for (const [name, location] of header.tensors) tensors.set(name, entry(bytes, location));
  return { metadata: header.metadata, tensors };
}

function entry(bytes: Uint8Array, { dtype, shape, begin, end }: TensorLocation): TensorEntry {
  const start = bytes.byteOffset + begin;
  const length = (end - begin) / bytesPerElement(dtype);
  const aligned = start % bytesPerElement(dtype) === 0;
  const data = aligned
    ? new ARRAYS[dtype](bytes.buffer as ArrayBuffer, start, length)
    : new ARRAYS[dtype](Uint8Array.prototype.slice.call(bytes, begin, end).buffer); // a Buffer's own slice is a view
  return { dtype, shape, data } as TensorEntry;
}
