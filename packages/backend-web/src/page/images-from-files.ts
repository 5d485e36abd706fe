import { isLitterPath } from '@denoiser/trainer/image-names';
import { classesOfPaths } from '../images/classes-of-paths';
import type { TrainingImage } from '../protocol/pictures';

/**
 * Returns the files of an `<input type="file" multiple>`, or of one with `webkitdirectory`, whose folders name the classes. What is
 * no picture is found, and named, when they are opened.
 */
export function imagesFromFiles(files: Iterable<File>): TrainingImage[] {
  return withClasses(Array.from(files, (file) => ({ path: file.webkitRelativePath || file.name, file })));
}

/** Returns what was dropped on the page: files, and folders with all that is in them. Call it within the event's handler. */
export async function imagesFromDrop(transfer: DataTransfer): Promise<TrainingImage[]> {
  // Entries have to be asked for at once: the list is empty when the event is over.
  const entries = Array.from(transfer.items, (item) => item.webkitGetAsEntry?.()).filter((entry) => entry != null);
  if (entries.length === 0) return imagesFromFiles(transfer.files);
  return withClasses((await Promise.all(entries.map(filesOf))).flat());
}

type Found = { readonly path: string; readonly file: File };

async function filesOf(entry: FileSystemEntry): Promise<Found[]> {
  const path = entry.fullPath.replace(/^\//, '');
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject));
    return [{ path, file }];
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const found: Found[] = [];
  for (;;) {
    // A hundred at a time, until there are none.
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) return found;
    for (const inner of some) found.push(...(await filesOf(inner)));
  }
}

/** In the order of their paths, whatever order the browser has found them in: a seed then means the same run. */
function withClasses(found: readonly Found[]): TrainingImage[] {
  const kept = found.filter(({ path }) => !isLitterPath(path)).sort((a, b) => (a.path < b.path ? -1 : 1));
  const classes = classesOfPaths(kept.map(({ path }) => path));
  return kept.map(({ path, file }, i) => {
    const className = classes[i];
    return { name: path, source: file, ...(className !== undefined && { className }) };
  });
}
