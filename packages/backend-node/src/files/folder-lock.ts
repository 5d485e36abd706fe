import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { type DenoiserError, fileError, systemCode } from '@denoiser/errors';
import { NodeError } from '../errors';
import { type FileSystem, nodeFileSystem } from './file-system';
import { isRunning, type LockHolder, processSpace, readLockHolder, startOf } from './lock-holder';
import { removeQuietly, writeDurably } from './write-atomically';

export type FolderLock = {
  readonly path: string;
  /** @throws DenoiserError (`folder-moved`) where the folder is not there any more, or is another one. */
  check(): Promise<void>;
  /** Gives the folder free; never throws. */
  release(): Promise<void>;
};

export type FolderLockOptions = {
  /** The name of the file in the folder; default `run.lock`. */
  readonly name?: string;
  readonly fileSystem?: FileSystem;
  /** Whether the process of a lock of this machine still lives. */
  readonly isAlive?: (holder: LockHolder) => boolean;
  readonly host?: string;
  /** Where this process's number means it; see `LockHolder`. */
  readonly space?: string;
  readonly now?: () => Date;
};

/** A lock that is being written has no content for a moment; longer than this, its writer was killed. */
const WRITING = 1000;
/** Nobody needs longer to look again and remove a dead lock. */
const GUARDED = 10_000;
const PAUSE = 20;
const TRIES = 100;

/**
 * Takes a folder for this process: a file that is created exclusively and says who holds it. The lock of a process that
 * is dead is taken over; whether one of another machine, or of another container of this one, lives can't be known, so that
 * one stays.
 *
 * @throws DenoiserError (`run-locked`) that names process, machine and time if another one holds the folder, or says that
 * the lock file is damaged and what to do then.
 */
export async function lockFolder(folder: string, options: FolderLockOptions = {}): Promise<FolderLock> {
  const { name = 'run.lock', fileSystem = nodeFileSystem, host = hostname(), now = () => new Date() } = options;
  const { isAlive = isRunning, space = processSpace() } = options;
  const path = join(folder, name);
  const own: LockHolder = {
    pid: process.pid,
    host,
    since: now().toISOString(),
    started: startOf(process.pid),
    space,
    id: randomUUID(),
  };
  const isNear = (holder: LockHolder) => holder.host === host && (holder.space ?? space) === space;
  const isDead = (holder: Found) =>
    holder === 'unfinished' || (typeof holder === 'object' && isNear(holder) && !isAlive(holder));
  for (let tries = 0; tries < TRIES; tries++) {
    try {
      await writeDurably(fileSystem, path, `${JSON.stringify(own)}\n`);
    } catch (error) {
      if (systemCode(error) !== 'EEXIST') throw fileError(error, 'write', path);
    }
    const holder = await readHolder(fileSystem, path);
    if (holder === 'damaged') throw damaged(folder, path);
    if (typeof holder === 'object') {
      if (holder.id === own.id) {
        return {
          path,
          check: () => check(fileSystem, folder, path, own),
          release: () => release(fileSystem, path, own),
        };
      }
      if (!isDead(holder)) throw locked(folder, path, holder, isNear(holder));
    }
    if (isDead(holder)) await takeAway(fileSystem, path, isDead);
  }
  throw new NodeError('run-locked', `${folder} is being taken by other processes; try again in a moment.`);
}

type Found = LockHolder | 'gone' | 'unfinished' | 'damaged';

async function readHolder(fileSystem: FileSystem, path: string): Promise<Found> {
  for (let waited = 0; waited <= WRITING; waited += WRITING / 10) {
    try {
      const found = readLockHolder(await fileSystem.readFile(path));
      if (found !== 'unfinished') return found;
    } catch (error) {
      if (systemCode(error) === 'ENOENT') return 'gone';
      throw fileError(error, 'read', path);
    }
    await wait(WRITING / 10);
  }
  return 'unfinished';
}

/**
 * Removes a dead lock. Only who has made the guard, a folder beside it, may do that, and looks again first: so a lock that
 * another process has put in its place meanwhile stays.
 */
async function takeAway(fileSystem: FileSystem, path: string, isDead: (holder: Found) => boolean): Promise<void> {
  const guard = `${path}.takeover`;
  try {
    await fileSystem.mkdir(guard);
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') throw fileError(error, 'write', guard);
    const made = await fileSystem.stat(guard).catch(() => undefined);
    // Its maker was killed at that very moment.
    if (made && Date.now() - made.mtimeMs > GUARDED) await removeQuietly(fileSystem, guard);
    else await wait(PAUSE);
    return;
  }
  try {
    if (isDead(await readHolder(fileSystem, path))) await removeQuietly(fileSystem, path);
  } finally {
    await removeQuietly(fileSystem, guard);
  }
}

async function check(fileSystem: FileSystem, folder: string, path: string, own: LockHolder): Promise<void> {
  const holder = await readHolder(fileSystem, path);
  if (typeof holder === 'object' && holder.id === own.id) return;
  throw new NodeError(
    'folder-moved',
    `${folder} was moved or removed while it was in use, so nothing more is written there; go on where it is now.`,
  );
}

async function release(fileSystem: FileSystem, path: string, own: LockHolder): Promise<void> {
  const holder = await readHolder(fileSystem, path).catch(() => 'damaged' as const);
  if (typeof holder === 'object' && holder.id === own.id) await removeQuietly(fileSystem, path);
}

function locked(folder: string, path: string, { pid, host, since }: LockHolder, isNear: boolean): DenoiserError {
  const way = isNear
    ? 'wait for it or stop it'
    : `it can't be seen from here whether it still lives, so if it doesn't, delete ${path}`;
  return new NodeError(
    'run-locked',
    `${folder} is in use by process ${pid} on ${host} since ${since}; ${way}, or choose another folder.`,
  );
}

function damaged(folder: string, path: string): DenoiserError {
  return new NodeError(
    'run-locked',
    `${path} is damaged and does not say which process uses ${folder}; if none does, delete it, or choose another folder.`,
  );
}
