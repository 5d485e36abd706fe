import { basename, dirname, join } from 'node:path';
import { fileError, systemCode } from '@denoiser/errors';
import type { FileSystem } from './file-system';
import { type FileData, removeQuietly, syncFolder, temporaryName, writeDurably } from './write-atomically';

/**
 * A folder cannot be renamed onto another one, so two moves replace it. In between, and wherever a process is stopped, the
 * hidden names beside it say what is whole:
 *
 *     .name.….tmp   is being written, or removed: worth nothing
 *     .name.….new   the new content, whole, about to take the place
 *     .name.….old   the content before, whole, until the new one is in its place
 */
const hidden = /^\.(?<name>.+)\.\d+-[0-9a-f]+\.(?<state>tmp|new|old)$/;

/** What lies in a folder under its own name, or whole under a hidden one, as a stopped replacement leaves it. */
export type Whole = { readonly name: string; readonly at: string };

/** Returns what is whole in a folder of these entries. The new content counts before the old. */
export function wholeAmong(entries: readonly string[]): Whole[] {
  const places = new Map<string, string>();
  for (const state of ['old', 'new']) {
    for (const entry of entries) {
      const found = hidden.exec(entry)?.groups;
      if (found?.state === state) places.set(found.name, entry);
    }
  }
  for (const entry of entries) if (!hidden.test(entry)) places.set(entry, entry);
  return Array.from(places, ([name, at]) => ({ name, at }));
}

/**
 * Writes a folder of files so that at every moment the old one or the new one is whole: beside it, flushed to the disk, and
 * then moved into its place; the old one is removed when the new one is visible. Call `restoreFolders` before, so that what
 * an earlier, stopped replacement left is not in the way. One process at a time writes below `dirname(path)`.
 *
 * @throws what the file system throws; the folder is then as it was.
 */
export async function replaceFolder(
  fileSystem: FileSystem,
  path: string,
  files: ReadonlyMap<string, FileData>,
): Promise<void> {
  const parent = dirname(path);
  const temporary = join(parent, temporaryName(basename(path)));
  const [fresh, old] = ['new', 'old'].map((state) => temporary.replace(/tmp$/, state)) as [string, string];
  let isMoved = false;
  try {
    await fileSystem.mkdir(temporary);
    for (const [name, data] of files) await writeDurably(fileSystem, join(temporary, name), data);
    await syncFolder(fileSystem, temporary);
    await fileSystem.rename(temporary, fresh);
    isMoved = await moveAway(fileSystem, path, old);
    await fileSystem.rename(fresh, path);
  } catch (error) {
    if (isMoved) await fileSystem.rename(old, path).catch(() => {});
    await Promise.all([temporary, fresh].map((left) => removeQuietly(fileSystem, left)));
    throw error;
  }
  await syncFolder(fileSystem, parent);
  if (isMoved) await discard(fileSystem, old);
}

/**
 * Brings back what a stopped replacement left whole under a hidden name where nothing stands under its own, and removes the
 * rest of such leftovers. `isOurs` says which names are meant.
 */
export async function restoreFolders(
  fileSystem: FileSystem,
  parent: string,
  isOurs: (name: string) => boolean,
): Promise<void> {
  const entries = (await fileSystem.readdir(parent)).filter((entry) =>
    isOurs(hidden.exec(entry)?.groups?.name ?? entry),
  );
  const whole = wholeAmong(entries);
  for (const { name, at } of whole) if (at !== name) await fileSystem.rename(join(parent, at), join(parent, name));
  const kept = new Set(whole.map(({ at }) => at));
  for (const entry of entries) if (!kept.has(entry)) await discard(fileSystem, join(parent, entry));
}

/** Removes a folder: out of sight in one move, so that no half of it is ever taken for whole. */
export async function removeFolder(fileSystem: FileSystem, path: string): Promise<void> {
  const away = join(dirname(path), temporaryName(basename(path)));
  try {
    await fileSystem.rename(path, away);
    await fileSystem.rm(away, { recursive: true, force: true });
  } catch (error) {
    throw fileError(error, 'remove', path);
  }
}

async function moveAway(fileSystem: FileSystem, path: string, to: string): Promise<boolean> {
  try {
    await fileSystem.rename(path, to);
    return true;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return false;
    throw error;
  }
}

/** Removes a leftover. What can't be removed now is by its name worth nothing, and goes another time. */
async function discard(fileSystem: FileSystem, path: string): Promise<void> {
  const worthless = path.replace(/(new|old)$/, 'tmp');
  if (worthless !== path) await fileSystem.rename(path, worthless).catch(() => {});
  await removeQuietly(fileSystem, worthless);
}
