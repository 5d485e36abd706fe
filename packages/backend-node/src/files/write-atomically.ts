import { randomUUID } from 'node:crypto';
import { basename, dirname, join, resolve } from 'node:path';
import { fileError, systemCode } from '@denoiser/errors';
import { type FileSystem, nodeFileSystem } from './file-system';

/** What a file is to hold: all of it, or part by part, such as `streamSafetensors` gives. */
export type FileData = Uint8Array | string | AsyncIterable<Uint8Array>;

/**
 * Writes a file so that at every moment `path` holds the old content or the new, never a half: a hidden sibling is
 * written, flushed to the disk and renamed. Missing folders are made.
 *
 * @throws DenoiserError that names the path and the cause (full disk, read-only, a file where a folder should be).
 */
export async function writeFileAtomically(
  path: string,
  data: FileData,
  { fileSystem = nodeFileSystem }: { fileSystem?: FileSystem } = {},
): Promise<void> {
  const folder = dirname(path);
  const temporary = join(folder, temporaryName(basename(path)));
  const made: string[] = [];
  try {
    await makeFolder(fileSystem, folder, made);
    await writeDurably(fileSystem, temporary, data);
    await fileSystem.rename(temporary, path);
    await syncFolder(fileSystem, folder);
  } catch (error) {
    await removeQuietly(fileSystem, temporary);
    await removeEmpty(fileSystem, made);
    throw fileError(error, 'write', path);
  }
}

type Files = { fileSystem?: FileSystem };

/** Makes a folder and those above it, and tries to write in it, so that a run fails at its start rather than its end. */
export const prepareFolder = (path: string, { fileSystem = nodeFileSystem }: Files = {}): Promise<void> =>
  tryFolder(path, path, fileSystem);

/**
 * Makes the folder of a file, and tries to write beside it, so that work fails before it is done.
 *
 * @throws DenoiserError that names the file.
 */
export const prepareFile = (path: string, { fileSystem = nodeFileSystem }: Files = {}): Promise<void> =>
  tryFolder(dirname(path), path, fileSystem);

async function tryFolder(folder: string, wanted: string, fileSystem: FileSystem): Promise<void> {
  const probe = join(folder, temporaryName('probe'));
  const made: string[] = [];
  try {
    await makeFolder(fileSystem, folder, made);
    await writeDurably(fileSystem, probe, 'x');
    await fileSystem.rm(probe);
  } catch (error) {
    await removeQuietly(fileSystem, probe);
    await removeEmpty(fileSystem, made);
    throw fileError(error, 'write', wanted);
  }
}

/**
 * Makes a folder and those above it that are missing, one by one: Node's recursive way says ENOENT whatever the cause, and
 * never ends where a file system refuses folders by that code, as /proc does.
 *
 * @param made is given those that it makes, also where it fails
 */
export async function makeFolder(fileSystem: FileSystem, path: string, made: string[] = []): Promise<void> {
  const kindOf = (found: string) =>
    fileSystem.stat(found).then(
      (stats) => (stats.isDirectory() ? 'folder' : 'file'),
      () => undefined,
    );
  const folderAt = async (folder: string) => (await kindOf(folder)) === 'folder';
  if (await folderAt(path)) return;
  const missing = [resolve(path)];
  let above = dirname(resolve(path));
  // As far as the root, which no one can make: a drive may be gone.
  for (; above !== dirname(above) && !(await kindOf(above)); above = dirname(above)) missing.unshift(above);
  for (const folder of missing) {
    try {
      await fileSystem.mkdir(folder);
      made.push(folder);
    } catch (error) {
      // Another process may have been quicker.
      if (systemCode(error) !== 'EEXIST' || !(await folderAt(folder))) throw error;
    }
  }
}

/** Removes folders that were made for what then failed, as far as nothing lies in them. */
async function removeEmpty(fileSystem: FileSystem, made: readonly string[]): Promise<void> {
  for (const folder of made.toReversed()) await fileSystem.rmdir(folder).catch(() => {});
}

/** A hidden name that no other writer takes. */
export function temporaryName(name: string): string {
  return `.${name}.${process.pid}-${randomUUID().slice(0, 8)}.tmp`;
}

/** Writes a new file and flushes it to the disk. */
export async function writeDurably(fileSystem: FileSystem, path: string, data: FileData): Promise<void> {
  const handle = await fileSystem.open(path, 'wx');
  try {
    // Node takes parts as they come as well; its types do not say so of handles.
    await handle.writeFile(data as Uint8Array);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Flushes a folder's entries to the disk, where the system can (Windows can't open folders). */
export async function syncFolder(fileSystem: FileSystem, path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await fileSystem.open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Removes what a failed write left; the failure itself is what the caller reports. */
export async function removeQuietly(fileSystem: FileSystem, path: string): Promise<void> {
  await fileSystem.rm(path, { recursive: true, force: true }).catch(() => {});
}
