import { describeValue } from '@denoiser/errors';
import { SafetensorsError } from './errors';

/** Bytes that are read where they stand: of a file, an address, a part of memory. */
export interface ByteSource {
  readonly length: number;
  /** Returns the bytes from `from` to below `to`, which are within the length. */
  read(from: number, to: number): Promise<Uint8Array>;
  /** Gives back what it holds: a handle, a connection. */
  close?(): Promise<void>;
}

/** Bytes of memory as a source; what is read are views of them. */
export function memorySource(bytes: Uint8Array): ByteSource {
  return { length: bytes.length, read: async (from, to) => bytes.subarray(from, to) };
}

/**
 * Checks that there is something to read from, which a path is not.
 *
 * @throws DenoiserError `source-invalid`.
 */
export function checkSource(reader: string, source: ByteSource): void {
  if (typeof source?.read === 'function' && Number.isSafeInteger(source.length)) return;
  throw new SafetensorsError(
    'source-invalid',
    `${reader} reads from a source of bytes, not from ${describeValue(source)}; give \`memorySource(bytes)\`, or for a file \`await openFileSource(path)\` of @denoiser/backend-node.`,
  );
}
