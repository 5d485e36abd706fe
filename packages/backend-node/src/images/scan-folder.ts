import { open, readdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { DenoiserError } from '@denoiser/ops';
import { fileError } from '../files/file-error';
import { formatOf, hasImageExtension, isReadable, SIGNATURE_BYTES } from './formats';

export type SkippedFile = { readonly file: string; readonly reason: string };
export type ImageFile = { readonly file: string; readonly label: number };
export type Scan = { images: ImageFile[]; classNames: string[]; skipped: SkippedFile[] };

/**
 * The images below a folder, ordered by path. With `conditional` each subfolder is a class, numbered by name as torchvision's
 * ImageFolder does; otherwise labels are −1. What is no image by name nor by content is skipped, with the reason.
 *
 * Throws `DenoiserError`s for a folder that is missing or holds no image, and for classes without images.
 */
export async function scanFolder(root: string, { conditional }: { conditional: boolean }): Promise<Scan> {
  await checkFolder(root);
  const skipped: SkippedFile[] = [];
  if (!conditional) {
    const files = await imagesBelow(root, skipped, new Set());
    if (files.length === 0) throw emptyFolder(root, skipped);
    return { images: files.map((file) => ({ file, label: -1 })), classNames: [], skipped };
  }

  const { folders, files } = await readFolder(root, skipped);
  if (folders.length === 0) {
    throw new DenoiserError(
      'no-classes',
      `${root} has no subfolders: put the images of each class into a folder of its own, or train without classes.`,
    );
  }
  for (const file of files) skipped.push({ file, reason: 'not in the folder of a class' });
  const images: ImageFile[] = [];
  for (const [label, folder] of folders.entries()) {
    const inClass = await imagesBelow(join(root, folder), skipped, new Set());
    if (inClass.length === 0) throw emptyClass(join(root, folder));
    images.push(...inClass.map((file) => ({ file, label })));
  }
  return { images, classNames: folders, skipped };
}

export function emptyClass(folder: string): DenoiserError {
  return new DenoiserError('empty-class', `The class folder ${folder} has no image: add images or remove the folder.`);
}

export function emptyFolder(root: string, skipped: readonly SkippedFile[]): DenoiserError {
  const found =
    skipped.length === 0 ? '' : ` (skipped ${skipped.length}: the first is ${skipped[0].file}, ${skipped[0].reason})`;
  return new DenoiserError('empty-folder', `${root} has no image${found}: give a folder with JPEG, PNG or WebP files.`);
}

async function checkFolder(root: string): Promise<void> {
  const info = await stat(root).catch((error) => {
    throw fileError(error, 'read', root);
  });
  if (info.isDirectory()) return;
  throw new DenoiserError('not-a-folder', `${root} is a file, not a folder: give the folder that holds the images.`);
}

/** Image files at any depth. `ancestors` are the real paths above, so that a link to one of them ends the descent. */
async function imagesBelow(folder: string, skipped: SkippedFile[], ancestors: ReadonlySet<string>): Promise<string[]> {
  const real = await realpath(folder);
  if (ancestors.has(real)) {
    skipped.push({ file: folder, reason: 'a link to a folder above it' });
    return [];
  }
  const { folders, files } = await readFolder(folder, skipped);
  const images: string[] = [];
  for (const file of files) {
    const reason = await reasonToSkip(file);
    if (reason === undefined) images.push(file);
    else skipped.push({ file, reason });
  }
  for (const below of folders) {
    images.push(...(await imagesBelow(join(folder, below), skipped, new Set([...ancestors, real]))));
  }
  return images;
}

/** The names of the subfolders and the paths of the files, each sorted; hidden ones are skipped. */
async function readFolder(folder: string, skipped: SkippedFile[]): Promise<{ folders: string[]; files: string[] }> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error) => {
    throw fileError(error, 'read', folder);
  });
  const folders: string[] = [];
  const files: string[] = [];
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (/^\.|^(Thumbs\.db|desktop\.ini|__MACOSX)$/i.test(entry.name)) {
      skipped.push({ file: path, reason: 'a hidden or system file' });
      continue;
    }
    const target = entry.isSymbolicLink() ? await stat(path).catch(() => undefined) : entry;
    if (target?.isDirectory()) folders.push(entry.name);
    else if (target?.isFile()) files.push(path);
    else skipped.push({ file: path, reason: target ? 'not a file' : 'a broken link' });
  }
  return { folders: folders.sort(), files: files.sort() };
}

async function reasonToSkip(file: string): Promise<string | undefined> {
  if (hasImageExtension(file)) return undefined; // decoding tells
  const format = formatOf(await readStart(file));
  if (format === undefined) return 'not an image';
  return isReadable(format) ? undefined : `of a format that is not supported, ${format}`;
}

async function readStart(file: string): Promise<Uint8Array> {
  try {
    const handle = await open(file);
    try {
      const { buffer, bytesRead } = await handle.read(new Uint8Array(SIGNATURE_BYTES), 0, SIGNATURE_BYTES, 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw fileError(error, 'read', file);
  }
}
