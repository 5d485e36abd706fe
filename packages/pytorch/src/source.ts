/** A file that is read in parts: `read` gives the bytes from `begin` to before `end`, all of them. */
export interface ByteSource {
  readonly size: number;
  read(begin: number, end: number): Uint8Array | Promise<Uint8Array>;
}

/** A file in memory; what is read of it are views. */
export const sourceOf = (source: Uint8Array | ByteSource): ByteSource =>
  source instanceof Uint8Array ? { size: source.length, read: (begin, end) => source.subarray(begin, end) } : source;

/** A view of the bytes for reading numbers. */
export const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
