import { readdir, readFile, rm, rmdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileError, systemCode } from '@denoiser/errors';

/** A folder's content by names. */
export type FolderNames = { readonly files: readonly string[]; readonly folders: readonly string[] };

export const CONFIG = 'config.json';
/** The folders that a run makes in its own. */
export const RUN_FOLDERS: readonly string[] = ['checkpoints', 'best', 'samples', 'snapshots', 'tb'];
/** What only a run has beside its configuration: from its first moment on the lock, later the others. */
const SIGNS = ['checkpoints', 'log.jsonl', 'run.lock'];
const MOST_BYTES = 2 ** 20;

/**
 * Returns whether a folder is one that training made. Names are not enough: many a program has a `config.json` and
 * `checkpoints`. A run's says which format it has and where its data are.
 */
export async function isRun({ files, folders }: FolderNames, readConfig: () => Promise<Uint8Array>): Promise<boolean> {
  if (!files.includes(CONFIG) || !SIGNS.some((name) => files.includes(name) || folders.includes(name))) return false;
  try {
    const bytes = await readConfig();
    if (bytes.length > MOST_BYTES) return false;
    const config: unknown = JSON.parse(new TextDecoder().decode(bytes));
    if (typeof config !== 'object' || config === null) return false;
    const { format, data } = config as Record<string, unknown>;
    return Number.isInteger(format) && typeof data === 'string';
  } catch {
    return false;
  }
}

/**
 * Returns whether a folder on the disk is one that training made.
 *
 * @throws DenoiserError where it can't be read.
 */
export async function isRunFolder(path: string): Promise<boolean> {
  const names: { files: string[]; folders: string[] } = { files: [], folders: [] };
  try {
    for (const entry of await readdir(path, { withFileTypes: true })) {
      (entry.isDirectory() ? names.folders : names.files).push(entry.name);
    }
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(systemCode(error) ?? '')) return false;
    throw fileError(error, 'read', path);
  }
  const config = join(path, CONFIG);
  return isRun(names, async () => ((await stat(config)).size > MOST_BYTES ? new Uint8Array() : readFile(config)));
}

/** The files that a run makes, by their paths in its folder. */
const FILES = [
  /^(config\.json|log\.jsonl|validation\.jsonl|loss-by-t\.jsonl|loss\.svg|report\.html)$/,
  /^samples\/(epoch|step)-\d+\.png$/,
  /^tb\/events\.out\.tfevents\.[^/]+$/,
  // Of checkpoints also what a process that was stopped has left under hidden names.
  /^(checkpoints|best|snapshots)\/(step-\d+|\.step-\d+\.[^/]+)\/[\w.-]+\.(safetensors|json)$/,
  /(^|\/)\.[^/]+\.\d+-[0-9a-f]+\.tmp$/,
];
const FOLDERS = [new RegExp(`^(${RUN_FOLDERS.join('|')})$`), /^(checkpoints|best|snapshots)\/\.?step-\d+[^/]*$/];

/** Returns whether a run makes something of this path, with slashes, in its folder. */
export const isMadeByRun = (path: string, kind: 'file' | 'folder'): boolean =>
  (kind === 'file' ? FILES : FOLDERS).some((made) => made.test(path));

/**
 * Removes what a run has made in its folder: files of names that it gives, and folders that are empty then. Everything else
 * stays, wherever it lies, and so do links.
 *
 * @throws DenoiserError that names what can't be removed.
 */
export async function clearRunFolder(path: string): Promise<void> {
  await clear(path, '');
}

async function clear(root: string, folder: string): Promise<void> {
  for (const entry of await readdir(join(root, folder), { withFileTypes: true })) {
    const name = folder === '' ? entry.name : `${folder}/${entry.name}`;
    const kind = entry.isFile() ? 'file' : entry.isDirectory() ? 'folder' : undefined;
    if (!kind || !isMadeByRun(name, kind)) continue;
    const path = join(root, name);
    try {
      if (kind === 'file') await rm(path);
      else {
        await clear(root, name);
        if ((await readdir(path)).length === 0) await rmdir(path);
      }
    } catch (error) {
      throw fileError(error, 'remove', path);
    }
  }
}
