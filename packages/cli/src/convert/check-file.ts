import { existsSync, statSync } from 'node:fs';
import { CommandError } from '../errors';

/**
 * Checks that a file can be written there.
 *
 * @throws DenoiserError for a folder, and for a file that is there already unless it may be replaced.
 */
export function checkFileTarget(path: string, overwrite: boolean): void {
  if (!existsSync(path)) return;
  if (statSync(path).isDirectory()) {
    throw new CommandError('file-exists', `--to ${path} is a folder; give the name of a file.`);
  }
  if (overwrite) return;
  throw new CommandError('file-exists', `${path} is there already; choose another name, or give --overwrite.`);
}
