import type { FileFolder } from '@denoiser/pipeline';
import type { ByteSource } from '@denoiser/safetensors';

/** A blob of which parts are read where they stand. */
export const blobSource = (blob: Blob): ByteSource => ({
  length: blob.size,
  read: async (from, to) => new Uint8Array(await blob.slice(from, to).arrayBuffer()),
});

/** Files of the user's as a folder. */
export const blobFolder = (files: ReadonlyMap<string, Blob>): FileFolder => ({
  list: async () => [...files.keys()],
  open: async (path) => blobSource(files.get(path) ?? new Blob()),
});
