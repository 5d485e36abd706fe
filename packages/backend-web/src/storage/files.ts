import { WebError } from '../errors';
import { nameOf } from './storage-error';

/** The way of writing that flushes; in workers only, and not in TypeScript's types for pages. */
type SyncFile = {
  truncate(size: number): void;
  write(bytes: Uint8Array): number;
  flush(): void;
  close(): void;
};
type FileHandle = FileSystemFileHandle & { createSyncAccessHandle?(): Promise<SyncFile> };

/** Returns a folder within a folder, or undefined if it is not there. */
export async function findFolder(
  parent: FileSystemDirectoryHandle,
  name: string,
): Promise<FileSystemDirectoryHandle | undefined> {
  try {
    return await parent.getDirectoryHandle(name);
  } catch (error) {
    if (isAbsence(error)) return undefined;
    throw error;
  }
}

/** Returns a file as it is now, or undefined if it is not there. Parts of it can be read until it is removed. */
export async function findFile(folder: FileSystemDirectoryHandle, name: string): Promise<File | undefined> {
  try {
    return await (await folder.getFileHandle(name)).getFile();
  } catch (error) {
    if (isAbsence(error)) return undefined;
    throw error;
  }
}

/** Returns a file's bytes, or undefined if it is not there. */
export async function readBytes(
  folder: FileSystemDirectoryHandle,
  name: string,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  try {
    const file = await findFile(folder, name);
    return file && new Uint8Array(await file.arrayBuffer());
  } catch (error) {
    if (isAbsence(error)) return undefined;
    throw error;
  }
}

/** Returns a file's JSON, or undefined if it is not there or not whole. */
export async function readJson(folder: FileSystemDirectoryHandle, name: string): Promise<unknown> {
  const bytes = await readBytes(folder, name);
  if (!bytes) return undefined;
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}

/** Writes a file and flushes it where the browser can; without that, the browser swaps it in when it is closed. */
export async function writeBytes(folder: FileSystemDirectoryHandle, name: string, bytes: Uint8Array): Promise<void> {
  const handle: FileHandle = await folder.getFileHandle(name, { create: true });
  if (!handle.createSyncAccessHandle) {
    const stream = await handle.createWritable();
    try {
      await stream.write(bytes as Uint8Array<ArrayBuffer>);
      return await stream.close();
    } catch (error) {
      await stream.abort().catch(() => {});
      throw error;
    }
  }
  const file = await handle.createSyncAccessHandle();
  try {
    file.truncate(0);
    const written = file.write(bytes);
    if (written !== bytes.length) {
      throw new DOMException(`${written} of ${bytes.length} bytes were written`, 'QuotaExceededError');
    }
    file.flush();
  } finally {
    file.close();
  }
}

export async function writeJson(folder: FileSystemDirectoryHandle, name: string, value: unknown): Promise<void> {
  await writeBytes(folder, name, new TextEncoder().encode(`${JSON.stringify(value)}\n`));
}

/** Replaces a file's JSON by way of a second file, so that one of them is whole at any moment; see `readReplacedJson`. */
export async function replaceJson(folder: FileSystemDirectoryHandle, name: string, value: unknown): Promise<void> {
  await writeJson(folder, `next-${name}`, value);
  await writeJson(folder, name, value);
  await remove(folder, `next-${name}`);
}

export async function readReplacedJson(folder: FileSystemDirectoryHandle, name: string): Promise<unknown> {
  return (await readJson(folder, name)) ?? (await readJson(folder, `next-${name}`));
}

/** Removes a file or a folder with all that is in it, if it is there. */
export async function remove(folder: FileSystemDirectoryHandle, name: string): Promise<void> {
  try {
    await folder.removeEntry(name, { recursive: true });
  } catch (error) {
    if (!isAbsence(error)) throw error;
  }
}

/** Returns the names of the folders in a folder. */
export async function folderNames(folder: FileSystemDirectoryHandle): Promise<string[]> {
  const names: string[] = [];
  for await (const [name, handle] of folder.entries()) if (handle.kind === 'directory') names.push(name);
  return names;
}

/** Returns the bytes of all files in a folder and below it, and when the last was written: milliseconds since 1970. */
export async function extentOf(
  folder: FileSystemDirectoryHandle,
): Promise<{ readonly bytes: number; readonly changed: number }> {
  let [bytes, changed] = [0, 0];
  for await (const [, handle] of folder.entries()) {
    if (handle.kind === 'directory') {
      const inner = await extentOf(handle as FileSystemDirectoryHandle);
      bytes += inner.bytes;
      changed = Math.max(changed, inner.changed);
    } else {
      const { size, lastModified } = await (handle as FileSystemFileHandle).getFile();
      bytes += size;
      changed = Math.max(changed, lastModified);
    }
  }
  return { bytes, changed };
}

/**
 * Returns the folder where this page's files lie: the origin private file system.
 *
 * @throws DenoiserError (`storage-missing`) where the browser has none.
 */
export async function originFolder(): Promise<FileSystemDirectoryHandle> {
  const { navigator, isSecureContext } = globalThis as {
    navigator?: { storage?: StorageManager };
    isSecureContext?: boolean;
  };
  const storage = navigator?.storage;
  if (isSecureContext === false) {
    throw new WebError(
      'storage-missing',
      'Browsers keep files only for pages from https or localhost, so training cannot be resumed later: serve the page from there.',
    );
  }
  try {
    if (storage?.getDirectory) return await storage.getDirectory();
  } catch {
    // as private browsing answers
  }
  throw new WebError(
    'storage-missing',
    'This browser lets the page keep no files, so training cannot be resumed later: leave private browsing, or download the weights before the page is closed.',
  );
}

const isAbsence = (error: unknown): boolean => nameOf(error) === 'NotFoundError';
