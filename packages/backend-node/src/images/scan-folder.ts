import * as promises from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { DenoiserError } from '@denoiser/ops';
import { fileError } from '../files/file-error';
import { formatOf, hasImageExtension, isReadable, SIGNATURE_BYTES } from './formats';

export type SkippedFile = { readonly file: string; readonly reason: string };
export type ImageFile = {
  /** Where it is, for people and for finding it again. */
  readonly file: string;
  /** Its path from the folder or archive on, with slashes. */
  readonly name: string;
  readonly label: number;
  readonly read: () => Promise<Uint8Array>;
};

/** What finding and reading images does with files, as `node:fs/promises` names it; a test may hand in another. */
export type ImageFiles = Pick<typeof promises, 'open' | 'readdir' | 'readFile' | 'realpath' | 'stat'>;
export type Scan = { images: ImageFile[]; classNames: string[]; skipped: SkippedFile[] };

/**
 * The images below a folder, ordered by path. With `conditional` each subfolder is a class, numbered by name as torchvision's
 * ImageFolder does; otherwise labels are −1. What is no image by name nor by content is skipped, with the reason.
 *
 * Throws `DenoiserError`s for a folder that is missing or holds no image, and for classes without images.
 */
export async function scanFolder(
  root: string,
  { conditional, fileSystem = promises }: { conditional: boolean; fileSystem?: ImageFiles },
): Promise<Scan> {
  await checkFolder(fileSystem, root);
  const skipped: SkippedFile[] = [];
  const look: Look = { fileSystem, skipped };
  const imageOf = (file: string, label: number): ImageFile => ({
    file,
    name: relative(root, file).split(sep).join('/'),
    label,
    read: () =>
      fileSystem.readFile(file).catch((error) => {
        throw fileError(error, 'read', file);
      }),
  });
  if (!conditional) {
    const files = await imagesBelow(look, root, new Set());
    if (files.length === 0) throw emptyFolder(root, skipped);
    return { images: files.map((file) => imageOf(file, -1)), classNames: [], skipped };
  }

  const { folders, files } = await readFolder(look, root);
  if (folders.length === 0) {
    throw new DenoiserError(
      'no-classes',
      `${root} has no subfolders: put the images of each class into a folder of its own, or train without classes.`,
    );
  }
  for (const file of files) skipped.push({ file, reason: 'not in the folder of a class' });
  const images: ImageFile[] = [];
  for (const [label, folder] of folders.entries()) {
    const inClass = await imagesBelow(look, join(root, folder), new Set());
    if (inClass.length === 0) throw emptyClass(join(root, folder));
    for (const file of inClass) images.push(imageOf(file, label));
  }
  return { images, classNames: folders, skipped };
}

/** Where to look, and what was passed over. */
type Look = { fileSystem: ImageFiles; skipped: SkippedFile[] };

/** What systems put into folders, and what is hidden. */
export const isSystemName = (name: string): boolean => /^\.|^(Thumbs\.db|desktop\.ini|__MACOSX)$/i.test(name);

export function emptyClass(folder: string): DenoiserError {
  return new DenoiserError('empty-class', `The class folder ${folder} has no image: add images or remove the folder.`);
}

export function emptyFolder(root: string, skipped: readonly SkippedFile[]): DenoiserError {
  const found =
    skipped.length === 0 ? '' : ` (skipped ${skipped.length}: the first is ${skipped[0].file}, ${skipped[0].reason})`;
  return new DenoiserError('empty-folder', `${root} has no image${found}: give a folder with JPEG, PNG or WebP files.`);
}

async function checkFolder({ stat }: ImageFiles, root: string): Promise<void> {
  const info = await stat(root).catch((error) => {
    throw fileError(error, 'read', root);
  });
  if (info.isDirectory()) return;
  throw new DenoiserError('not-a-folder', `${root} is a file, not a folder: give the folder that holds the images.`);
}

/** Image files at any depth. `ancestors` are the real paths above, so that a link to one of them ends the descent. */
async function imagesBelow(look: Look, folder: string, ancestors: ReadonlySet<string>): Promise<string[]> {
  const { fileSystem, skipped } = look;
  const real = await fileSystem.realpath(folder);
  if (ancestors.has(real)) {
    skipped.push({ file: folder, reason: 'a link to a folder above it' });
    return [];
  }
  const { folders, files } = await readFolder(look, folder);
  const images: string[] = [];
  for (const file of files) {
    const reason = await reasonToSkip(fileSystem, file);
    if (reason === undefined) images.push(file);
    else skipped.push({ file, reason });
  }
  for (const below of folders) {
    for (const image of await imagesBelow(look, join(folder, below), new Set([...ancestors, real]))) images.push(image);
  }
  return images;
}

/** The names of the subfolders and the paths of the files, each sorted; hidden ones are skipped. */
async function readFolder(
  { fileSystem, skipped }: Look,
  folder: string,
): Promise<{ folders: string[]; files: string[] }> {
  const entries = await fileSystem.readdir(folder, { withFileTypes: true }).catch((error) => {
    throw fileError(error, 'read', folder);
  });
  const folders: string[] = [];
  const files: string[] = [];
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (isSystemName(entry.name)) {
      skipped.push({ file: path, reason: 'a hidden or system file' });
      continue;
    }
    const target = entry.isSymbolicLink() ? await fileSystem.stat(path).catch(() => undefined) : entry;
    if (target?.isDirectory()) folders.push(entry.name);
    else if (target?.isFile()) files.push(path);
    else skipped.push({ file: path, reason: target ? 'not a file' : 'a broken link' });
  }
  return { folders: folders.sort(), files: files.sort() };
}

async function reasonToSkip(fileSystem: ImageFiles, file: string): Promise<string | undefined> {
  if (hasImageExtension(file)) return undefined; // decoding tells
  const format = formatOf(await readStart(fileSystem, file));
  if (format === undefined) return 'not an image';
  return isReadable(format) ? undefined : `of a format that is not supported, ${format}`;
}

async function readStart({ open }: ImageFiles, file: string): Promise<Uint8Array> {
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
