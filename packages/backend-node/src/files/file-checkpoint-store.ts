import { join } from 'node:path';
import { DenoiserError } from '@denoiser/ops';
import type { CheckpointStore } from '@denoiser/trainer';
import { fileError, systemCode } from './file-error';
import { type FileSystem, nodeFileSystem } from './file-system';
import { removeQuietly, syncFolder, temporaryName, writeDurably } from './write-atomically';

export type FileCheckpointStoreOptions = {
  /** How many checkpoints stay, the latest by step; `Infinity` keeps all. Default 2. */
  readonly keep?: number;
  readonly fileSystem?: FileSystem;
};

const leftover = /^\.step-\d+\..*\.tmp$/;

/**
 * Checkpoints as folders `step-00001200` in `directory`, with one file per entry.
 *
 * A checkpoint is written into a hidden sibling, flushed to the disk and renamed, and is hidden again before it is removed:
 * a folder of that name is always whole, whenever the process or the machine stops. What a killed write left behind is
 * ignored, and removed by the first write of the next run. One process writes at a time; any number may read.
 *
 * Throws `DenoiserError`s that name the path and the cause.
 */
export function fileCheckpointStore(
  directory: string,
  { keep = 2, fileSystem = nodeFileSystem }: FileCheckpointStoreOptions = {},
): CheckpointStore {
  if (!(keep >= 1)) {
    throw new DenoiserError('bad-option', `keep is the number of checkpoints that stay, 1 or more, not ${keep}.`);
  }
  let isTidy = false;

  async function entries(): Promise<string[]> {
    try {
      return await fileSystem.readdir(directory);
    } catch (error) {
      if (systemCode(error) === 'ENOENT') return [];
      throw fileError(error, 'read', directory);
    }
  }

  async function list(): Promise<number[]> {
    return (await entries()).flatMap((name) => stepOf(name) ?? []).sort((a, b) => a - b);
  }

  /** Takes a checkpoint out of sight in one move, then removes it. */
  async function remove(step: number): Promise<void> {
    const path = join(directory, folderOf(step));
    const hidden = join(directory, temporaryName(folderOf(step)));
    try {
      await fileSystem.rename(path, hidden);
      await fileSystem.rm(hidden, { recursive: true, force: true });
    } catch (error) {
      throw fileError(error, 'remove', path);
    }
  }

  async function write(step: number, files: ReadonlyMap<string, Uint8Array>): Promise<void> {
    for (const name of files.keys()) checkName(name);
    const target = join(directory, checkStep(step));
    const temporary = join(directory, temporaryName(folderOf(step)));
    try {
      await fileSystem.mkdir(directory, { recursive: true });
      if (!isTidy) {
        const names = (await entries()).filter((name) => leftover.test(name));
        await Promise.all(names.map((name) => removeQuietly(fileSystem, join(directory, name))));
        isTidy = true;
      }
      await fileSystem.mkdir(temporary);
      for (const [name, bytes] of files) await writeDurably(fileSystem, join(temporary, name), bytes);
      await syncFolder(fileSystem, temporary);
      if ((await list()).includes(step)) await remove(step);
      await fileSystem.rename(temporary, target);
      await syncFolder(fileSystem, directory);
    } catch (error) {
      await removeQuietly(fileSystem, temporary);
      throw fileError(error, 'write', target);
    }
    const steps = (await list()).filter((other) => other !== step); // never the new one, even if a later one is there
    for (const old of steps.slice(0, Math.max(0, steps.length + 1 - keep))) await remove(old);
  }

  async function read(step: number, file: string): Promise<Uint8Array> {
    const path = join(directory, checkStep(step), checkName(file));
    try {
      const bytes = await fileSystem.readFile(path);
      return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    } catch (error) {
      if (systemCode(error) !== 'ENOENT') throw fileError(error, 'read', path);
      const steps = await list();
      if (steps.includes(step)) {
        throw new DenoiserError(
          'incomplete-checkpoint',
          `The checkpoint ${join(directory, folderOf(step))} has no file ${file}: use another checkpoint or restore the file.`,
        );
      }
      throw new DenoiserError(
        'no-checkpoint',
        steps.length > 0
          ? `There is no checkpoint of step ${step} in ${directory}: choose one of ${steps.join(', ')}.`
          : `There is no checkpoint in ${directory}: check the path, or train first.`,
      );
    }
  }

  return { write, list, read };
}

function folderOf(step: number): string {
  return `step-${String(step).padStart(8, '0')}`;
}

function stepOf(folder: string): number | undefined {
  const step = Number(/^step-(\d+)$/.exec(folder)?.[1] ?? Number.NaN);
  return folderOf(step) === folder ? step : undefined;
}

function checkStep(step: number): string {
  if (Number.isSafeInteger(step) && step >= 0) return folderOf(step);
  throw new DenoiserError('bad-option', `The step of a checkpoint is a whole number, 0 or more, not ${step}.`);
}

function checkName(file: string): string {
  if (/^[\w-][\w.-]*$/.test(file)) return file;
  throw new DenoiserError(
    'bad-option',
    `A checkpoint's file has a plain name of letters, digits, dots and dashes, not "${file}".`,
  );
}
