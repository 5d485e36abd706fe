import * as promises from 'node:fs/promises';

/** What this package does with files, as `node:fs/promises` names it; tests hand in one that fails. */
export type FileSystem = Pick<
  typeof promises,
  'mkdir' | 'open' | 'readFile' | 'readdir' | 'rename' | 'rm' | 'rmdir' | 'stat'
>;

export const nodeFileSystem: FileSystem = promises;
