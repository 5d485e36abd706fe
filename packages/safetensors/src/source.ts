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
