import { type FileAtPath, filesFromDrop, filesWithPaths } from './files-at-paths';
import type { ModelSource } from './model-source';

/** Returns the model of chosen files: the one, or the files of a folder as diffusers saves a model. */
export const modelFromFiles = (files: Iterable<File>): ModelSource => modelOf(filesWithPaths(files));

/** Returns the model that was dropped on the page: a file, or such a folder. Call it within the event's handler. */
export const modelFromDrop = async (transfer: DataTransfer): Promise<ModelSource> =>
  modelOf(await filesFromDrop(transfer));

function modelOf(found: readonly FileAtPath[]): ModelSource {
  const [first] = found;
  if (first && found.length === 1) return first.file;
  // The folder's own name is none of the model's.
  const top = first?.path.split('/')[0];
  const isOneFolder = found.every(({ path }) => path.startsWith(`${top}/`));
  return new Map(found.map(({ path, file }) => [isOneFolder ? path.slice((top ?? '').length + 1) : path, file]));
}
