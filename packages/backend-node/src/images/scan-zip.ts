import { DenoiserError } from '@denoiser/ops';
import { hasImageExtension } from './formats';
import { emptyFolder, isSystemName, type Scan, type SkippedFile } from './scan-folder';
import { readZip, type ZipEntry } from './zip';

/**
 * The images in a ZIP archive, as `scanFolder` finds them in a folder: ordered by path, with `conditional` each topmost
 * folder a class (a folder around all of them does not count). What has no image's name is skipped; nothing is read but
 * the archive's directory.
 */
export async function scanZip(path: string, { conditional }: { conditional: boolean }): Promise<Scan> {
  const skipped: SkippedFile[] = [];
  const found: { entry: ZipEntry; parts: string[] }[] = [];
  const skip = (name: string, reason: string) => skipped.push({ file: `${path}/${name}`, reason });
  for (const entry of await readZip(path)) {
    const parts = entry.name.split('/').filter((part) => part !== '' && part !== '.');
    if (parts.some(isSystemName)) skip(entry.name, 'a hidden or system file');
    else if (!hasImageExtension(entry.name)) skip(entry.name, 'not an image');
    else found.push({ entry, parts });
  }
  if (found.length === 0) throw emptyFolder(path, skipped);
  const byPath = (a: { entry: ZipEntry }, b: { entry: ZipEntry }) =>
    a.entry.name < b.entry.name ? -1 : Number(a.entry.name > b.entry.name);
  found.sort(byPath);
  const imageOf = ({ name, read }: ZipEntry, label: number) => ({ file: `${path}/${name}`, name, label, read });
  if (!conditional) return { images: found.map(({ entry }) => imageOf(entry, -1)), classNames: [], skipped };

  const depth = wrapping(found.map(({ parts }) => parts));
  const inClass = found.filter(({ entry, parts }) => {
    if (parts.length > depth + 1) return true;
    skip(entry.name, 'not in the folder of a class');
    return false;
  });
  const classNames = [...new Set(inClass.map(({ parts }) => parts[depth]))].sort();
  if (classNames.length === 0) {
    throw new DenoiserError(
      'no-classes',
      `${path} has no folders: put the images of each class into a folder of its own, or train without classes.`,
    );
  }
  const images = inClass.map(({ entry, parts }) => imageOf(entry, classNames.indexOf(parts[depth])));
  images.sort((a, b) => a.label - b.label);
  return { images, classNames, skipped };
}

/** How many folders lie around all the images and their classes. */
function wrapping(paths: readonly (readonly string[])[]): number {
  let depth = 0;
  while (paths.every((path) => path.length > depth + 2 && path[depth] === paths[0][depth])) depth++;
  return depth;
}
