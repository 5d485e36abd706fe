import { fileError } from '@denoiser/errors';
import type { ByteSource } from '@denoiser/safetensors';
import { type FileSystem, nodeFileSystem } from './file-system';

/** Node's calls take lengths of 31 bits. */
const MOST_AT_ONCE = 2 ** 30;

/**
 * Opens a file of which parts are read where they stand. The caller closes it.
 *
 * @throws DenoiserError that names the path and why it can't be read.
 */
export async function openFileSource(
  path: string,
  { fileSystem = nodeFileSystem }: { fileSystem?: FileSystem } = {},
): Promise<ByteSource & { close(): Promise<void> }> {
  const told = (error: unknown) => fileError(error, 'read', path);
  const handle = await fileSystem.open(path, 'r').catch((error) => {
    throw told(error);
  });
  try {
    const { size } = await handle.stat();
    return {
      length: size,
      async read(from, to) {
        const bytes = new Uint8Array(to - from);
        let filled = 0;
        while (filled < bytes.length) {
          const most = Math.min(bytes.length - filled, MOST_AT_ONCE);
          const { bytesRead } = await handle.read(bytes, filled, most, from + filled).catch((error) => {
            throw told(error);
          });
          if (bytesRead === 0) break; // it has become shorter, which the reader sees
          filled += bytesRead;
        }
        return bytes.subarray(0, filled);
      },
      close: () => handle.close(),
    };
  } catch (error) {
    await handle.close();
    throw told(error);
  }
}
