import { createHash } from 'node:crypto';
import { join, resolve } from 'node:path';
import { type DenoiserError, fileError, systemCode } from '@denoiser/errors';
import { checkOptionNames } from '@denoiser/pipeline';
import type { ByteSource } from '@denoiser/safetensors';
import type { CheckpointFile, CheckpointStore } from '@denoiser/trainer';
import { NodeError } from '../errors';
import { openFileSource } from './file-source';
import { type FileSystem, nodeFileSystem } from './file-system';
import { inTurn } from './in-turn';
import { removeFolder, replaceFolder, restoreFolders, wholeAmong } from './replace-folder';
import { type FileData, makeFolder } from './write-atomically';

export type FileCheckpointStoreOptions = {
  /** How many checkpoints stay, the latest by step; `Infinity` keeps all. Default 3. */
  readonly keep?: number;
  readonly fileSystem?: FileSystem;
};

/** Keeps checkpoints on the disk. What it writes may come part by part. */
export interface FileCheckpointStore extends CheckpointStore {
  write(step: number, files: ReadonlyMap<string, FileData>): Promise<void>;
}

/**
 * Keeps checkpoints as folders `step-00001200` in `directory`, with one file per entry.
 *
 * A checkpoint is written into a hidden sibling, flushed to the disk and renamed, and is hidden again before it is removed:
 * a folder of that name is always whole, whenever the process or the machine stops. Where a step is written again and the
 * process is stopped between the two moves of `replaceFolder`, the hidden one that is whole is listed and read, and the next
 * write brings it back. Writes of one process wait for each other; one process writes at a time; any number may read.
 * A checkpoint that somebody has put files of another kind into stays.
 *
 * @throws DenoiserError that names the path and the cause.
 */
export function fileCheckpointStore(directory: string, options: FileCheckpointStoreOptions = {}): FileCheckpointStore {
  checkOptionNames('fileCheckpointStore', options, ['keep', 'fileSystem']);
  const { keep = 3, fileSystem = nodeFileSystem } = options;
  if (!(keep >= 1)) {
    throw new NodeError('option-invalid', `keep is the number of checkpoints that stay, 1 or more, not ${keep}.`);
  }

  async function entries(): Promise<string[]> {
    try {
      return await fileSystem.readdir(directory);
    } catch (error) {
      if (systemCode(error) === 'ENOENT') return [];
      throw fileError(error, 'read', directory);
    }
  }

  async function list(): Promise<number[]> {
    const steps = wholeAmong(await entries()).flatMap(({ name }) => stepOf(name) ?? []);
    return steps.sort((a, b) => a - b);
  }

  async function write(step: number, files: ReadonlyMap<string, FileData>): Promise<void> {
    for (const name of files.keys()) checkName(name);
    const target = join(directory, checkStep(step));
    return inTurn(resolve(directory), async () => {
      try {
        await makeFolder(fileSystem, directory);
        await restoreFolders(fileSystem, directory, (name) => stepOf(name) !== undefined);
        await replaceFolder(fileSystem, target, files);
      } catch (error) {
        throw fileError(error, 'write', target);
      }
      const steps = (await list()).filter((other) => other !== step); // never the new one, even if a later one is there
      for (const old of steps.slice(0, Math.max(0, steps.length + 1 - keep))) {
        const path = join(directory, folderOf(old));
        if (!(await holdsMore(path, files))) await removeFolder(fileSystem, path);
      }
    });
  }

  /** Whether somebody has put files of another kind beside a checkpoint's: it is not ours to remove. */
  async function holdsMore(path: string, files: ReadonlyMap<string, FileData>): Promise<boolean> {
    const names = await fileSystem.readdir(path).catch((error) => {
      throw fileError(error, 'read', path);
    });
    return names.some((name) => !files.has(name) && !/\.(safetensors|json)$/.test(name));
  }

  /** What `take` makes of the file at a path, or nothing if there is none. */
  async function unlessAbsent<T>(path: string, take: (path: string) => Promise<T>): Promise<T | undefined> {
    try {
      return await take(path);
    } catch (error) {
      if (systemCode(error)?.toUpperCase() === 'ENOENT') return undefined; // the system's, or the sentence made of it
      throw fileError(error, 'read', path);
    }
  }

  /** Takes a checkpoint's file from where it is. */
  async function takeFrom<T>(step: number, file: string, take: (path: string) => Promise<T>): Promise<T> {
    const folder = checkStep(step);
    const path = join(directory, folder, checkName(file));
    const found = await unlessAbsent(path, take);
    if (found) return found;
    // It may be hidden for a moment, or for longer if a process was stopped at that moment.
    const hiddenAt = wholeAmong(await entries()).find(({ name }) => name === folder)?.at;
    const hidden = hiddenAt && (await unlessAbsent(join(directory, hiddenAt, file), take));
    if (hidden) return hidden;
    const again = await unlessAbsent(path, take);
    if (again) return again;
    throw await missing(step, file);
  }

  const read = (step: number, file: string) =>
    takeFrom(step, file, async (path) => {
      const bytes = await fileSystem.readFile(path);
      return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    });

  const open = (step: number, file: string) =>
    takeFrom(step, file, async (path): Promise<CheckpointFile> => {
      const source = await openFileSource(path, { fileSystem });
      return { ...source, sha256: () => sha256Of(source) };
    });

  async function missing(step: number, file: string): Promise<DenoiserError> {
    const steps = await list();
    if (steps.includes(step)) {
      return new NodeError(
        'checkpoint-damaged',
        `The checkpoint ${join(directory, folderOf(step))} has no file ${file}: use another checkpoint or restore the file.`,
      );
    }
    return new NodeError(
      'checkpoint-missing',
      steps.length > 0
        ? `There is no checkpoint of step ${step} in ${directory}: choose one of ${steps.join(', ')}.`
        : `There is no checkpoint in ${directory}: check the path, or train first.`,
    );
  }

  return { write, list, read, open };
}

/** Bytes that are hashed at once. */
const PART = 2 ** 22;

async function sha256Of({ length, read }: ByteSource): Promise<string> {
  const hash = createHash('sha256');
  for (let from = 0; from < length; from += PART) hash.update(await read(from, Math.min(length, from + PART)));
  return hash.digest('hex');
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
  throw new NodeError('option-invalid', `The step of a checkpoint is a whole number, 0 or more, not ${step}.`);
}

function checkName(file: string): string {
  if (/^[\w-][\w.-]*$/.test(file)) return file;
  throw new NodeError(
    'option-invalid',
    `A checkpoint's file has a plain name of letters, digits, dots and dashes, not "${file}".`,
  );
}
