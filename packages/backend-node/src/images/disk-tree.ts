import type { Dirent } from 'node:fs';
import * as promises from 'node:fs/promises';
import { join, relative, resolve, sep } from 'node:path';
import { fileError } from '@denoiser/errors';
import { NodeError } from '../errors';
import { badImage } from './bad-image';
import { SIGNATURE_BYTES } from './formats';
import { type ImageTree, MAX_IMAGE_BYTES, tooLarge } from './image-tree';

/** What finding and reading images does with files, as `node:fs/promises` names it; a test may hand in another. */
export type ImageFiles = Pick<typeof promises, 'open' | 'readdir' | 'readFile' | 'realpath' | 'stat'>;

/** What stands for bytes of a name that are no UTF-8. */
const REPLACEMENT = '\ufffd';

/**
 * Opens a folder as a tree. Links are followed, but not to a folder that holds them: everything would be found in it again.
 * `exclude` are paths, wherever they lie, that are passed over.
 *
 * @throws DenoiserError if the folder is missing or a file.
 */
export async function diskTree(
  root: string,
  { fileSystem = promises, exclude = [] }: { fileSystem?: ImageFiles; exclude?: readonly string[] } = {},
): Promise<ImageTree> {
  const failed = (path: string) => (error: unknown) => {
    throw fileError(error, 'read', path);
  };
  const info = await fileSystem.stat(root).catch(failed(root));
  if (!info.isDirectory()) {
    throw new NodeError('folder-invalid', `${root} is a file, not a folder: give the folder that holds the images.`);
  }
  const realOf = (path: string) => fileSystem.realpath(path).catch(() => resolve(path));
  const excluded = new Set(await Promise.all(exclude.map(realOf)));
  const place = (name: string) => (name === '' ? root : join(root, name));

  /** The real paths of a folder and those it was reached through. */
  const realsOf = (folder: string) => {
    const parts = folder === '' ? [] : folder.split('/');
    return Promise.all([0, ...parts.keys()].map((_, i) => realOf(place(parts.slice(0, i).join('/')))));
  };

  /** What an entry is, or why it is not looked at. */
  async function kindOf(entry: Dirent, folder: string, real: string): Promise<'folder' | 'file' | { reason: string }> {
    const path = join(place(folder), entry.name);
    const isLink = entry.isSymbolicLink();
    const target = isLink ? await fileSystem.stat(path).catch(() => undefined) : entry;
    if (target === undefined) return { reason: 'a broken link' };
    if (entry.name.includes(REPLACEMENT) && !(await fileSystem.stat(path).catch(() => undefined))) {
      return { reason: 'its name is not UTF-8: rename it' };
    }
    const isFolder = target.isDirectory();
    if (!isFolder && !target.isFile()) return { reason: 'not a file' };
    const itself = isLink ? await realOf(path) : join(real, entry.name);
    if (excluded.has(itself)) return { reason: EXCLUDED };
    if (isFolder && isLink && (await realsOf(folder)).some((above) => holds(itself, above))) {
      return { reason: 'a link to a folder above it' };
    }
    return isFolder ? 'folder' : 'file';
  }

  return {
    folderWord: 'subfolders',
    place,
    async list(folder) {
      const path = place(folder);
      const entries = await fileSystem.readdir(path, { withFileTypes: true }).catch(failed(path));
      const real = await realOf(path);
      const folders: string[] = [];
      const files: string[] = [];
      const others: { name: string; reason: string }[] = [];
      for (const entry of entries) {
        const kind = await kindOf(entry, folder, real);
        if (kind === 'folder') folders.push(entry.name);
        else if (kind === 'file') files.push(entry.name);
        else others.push({ name: entry.name, reason: kind.reason });
      }
      return { folders: folders.sort(), files: files.sort(), others };
    },
    async start(file) {
      const handle = await fileSystem.open(place(file)).catch(failed(place(file)));
      try {
        const { buffer, bytesRead } = await handle.read(new Uint8Array(SIGNATURE_BYTES), 0, SIGNATURE_BYTES, 0);
        return buffer.subarray(0, bytesRead);
      } finally {
        await handle.close();
      }
    },
    read: (file) => readImageFile(place(file), fileSystem),
  };
}

/** What was asked to be left out. */
export const EXCLUDED = 'left out as asked';

/** Reads a whole file that should be an image, unless it is larger than any. */
export async function readImageFile(path: string, fileSystem: Pick<ImageFiles, 'stat' | 'readFile'> = promises) {
  try {
    const { size } = await fileSystem.stat(path);
    if (size > MAX_IMAGE_BYTES) throw badImage(path, tooLarge(size));
    return await fileSystem.readFile(path);
  } catch (error) {
    throw fileError(error, 'read', path);
  }
}

/** Whether a folder is another one or holds it, by their real paths. */
function holds(folder: string, inner: string): boolean {
  const way = relative(folder, inner);
  return way === '' || !(way === '..' || way.startsWith(`..${sep}`) || resolve(way) === way);
}
