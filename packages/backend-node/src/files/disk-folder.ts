import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileError } from '@denoiser/errors';
import type { FileFolder } from '@denoiser/pipeline';
import { openFileSource } from './file-source';

/** Files in these folders of a model are listed as well. */
const PARTS = ['unet', 'scheduler'];

/**
 * Returns the paths of the files in a model's folder, with slashes. Links are followed, as caches of models are made of them.
 *
 * @throws DenoiserError where it can't be read.
 */
export function filesIn(path: string): string[] {
  const list = (folder: string) => {
    try {
      return readdirSync(folder, { withFileTypes: true });
    } catch (error) {
      throw fileError(error, 'read', folder);
    }
  };
  return list(path).flatMap((entry) => {
    const isPart = PARTS.includes(entry.name) && (entry.isDirectory() || entry.isSymbolicLink());
    if (isPart) return list(join(path, entry.name)).map(({ name }) => `${entry.name}/${name}`);
    return entry.isDirectory() ? [] : [entry.name];
  });
}

/** Returns a model's folder on the disk. */
export const diskFolder = (path: string): FileFolder => ({
  list: async () => filesIn(path),
  open: (file) => openFileSource(join(path, file)),
});
