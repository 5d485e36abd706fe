import { isLitterPath } from '@denoiser/trainer/image-names';
import { classesOfPaths } from '../images/classes-of-paths';
import type { TrainingImage } from '../protocol/pictures';
import { type FileAtPath, filesFromDrop, filesWithPaths } from './files-at-paths';

/**
 * Returns the files of an `<input type="file" multiple>`, or of one with `webkitdirectory`, whose folders name the classes. What is
 * no picture is found, and named, when they are opened.
 */
export function imagesFromFiles(files: Iterable<File>): TrainingImage[] {
  return withClasses(filesWithPaths(files));
}

/** Returns what was dropped on the page: files, and folders with all that is in them. Call it within the event's handler. */
export async function imagesFromDrop(transfer: DataTransfer): Promise<TrainingImage[]> {
  return withClasses(await filesFromDrop(transfer));
}

/** In the order of their paths, whatever order the browser has found them in: a seed then means the same run. */
function withClasses(found: readonly FileAtPath[]): TrainingImage[] {
  const kept = found.filter(({ path }) => !isLitterPath(path)).sort((a, b) => (a.path < b.path ? -1 : 1));
  const classes = classesOfPaths(kept.map(({ path }) => path));
  return kept.map(({ path, file }, i) => {
    const className = classes[i];
    return { name: path, source: file, ...(className !== undefined && { className }) };
  });
}
