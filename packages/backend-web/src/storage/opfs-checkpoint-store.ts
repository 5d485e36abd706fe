import type { DenoiserError } from '@denoiser/errors';
import type { CheckpointFile, CheckpointStore } from '@denoiser/trainer';
import { WebError } from '../errors';
import { findFile, findFolder, folderNames, readJson, remove, writeBytes, writeJson } from './files';
import { storageError } from './storage-error';

export type OpfsCheckpointStoreOptions = {
  /** How many checkpoints stay, the latest by step; `Infinity` keeps all. Default 2. */
  readonly keep?: number;
};

/** Written last: it says that the files beside it are there, and what is in them. */
const MANIFEST = 'manifest.json';
type Manifest = { readonly files: Readonly<Record<string, { readonly bytes: number; readonly sha256: string }>> };
type Attempt = { readonly folder: string; readonly step: number; readonly attempt: number };

/**
 * Checkpoints in a folder of the origin private file system, each a folder `step-00001200.1` of files. That file system
 * cannot rename a folder, so a checkpoint begins to exist with its manifest, written last, and ends to exist with it,
 * removed first. A second checkpoint of a step is a second folder. Whatever stops the page in between leaves what was there
 * before; leftovers go with the next write. Files are checked against the manifest's SHA-256 when they are read. One that is opened
 * is read part by part, until a write removes its checkpoint.
 *
 * By default the last two stay, not three as in a folder: a browser may give a page little room.
 *
 * One writer at a time; see `lockRun`.
 *
 * @throws DenoiserError; `storage-full` leaves every older checkpoint in place.
 */
export function opfsCheckpointStore(
  directory: FileSystemDirectoryHandle,
  { keep = 2 }: OpfsCheckpointStoreOptions = {},
): CheckpointStore {
  if (!(keep >= 1)) {
    throw new WebError('option-invalid', `keep is the number of checkpoints that stay, 1 or more, not ${keep}.`);
  }

  async function attempts(): Promise<Attempt[]> {
    const found = (await folderNames(directory)).flatMap((folder) => attemptOf(folder) ?? []);
    return found.sort((a, b) => a.step - b.step || a.attempt - b.attempt);
  }

  /** The whole ones, the last attempt of each step. */
  async function complete(): Promise<Map<number, Attempt & { manifest: Manifest }>> {
    const found = new Map<number, Attempt & { manifest: Manifest }>();
    for (const attempt of await attempts()) {
      const folder = await findFolder(directory, attempt.folder);
      const manifest = folder && (await readJson(folder, MANIFEST));
      if (isManifest(manifest)) found.set(attempt.step, { ...attempt, manifest });
    }
    return found;
  }

  async function discard({ folder }: Attempt): Promise<void> {
    const handle = await findFolder(directory, folder);
    if (handle) await remove(handle, MANIFEST);
    await remove(directory, folder);
  }

  async function write(step: number, files: ReadonlyMap<string, Uint8Array>): Promise<void> {
    for (const name of files.keys()) checkName(name);
    const before = await attempts();
    const whole = await complete();
    for (const old of before) if (whole.get(old.step)?.folder !== old.folder) await discard(old);
    const folder = folderOf(checkStep(step), (before.findLast((old) => old.step === step)?.attempt ?? 0) + 1);
    try {
      const handle = await directory.getDirectoryHandle(folder, { create: true });
      const sums: Record<string, Manifest['files'][string]> = {};
      for (const [name, bytes] of files) {
        await writeBytes(handle, name, bytes);
        sums[name] = { bytes: bytes.length, sha256: await sha256(bytes) };
      }
      await writeJson(handle, MANIFEST, { files: sums } satisfies Manifest);
    } catch (error) {
      await remove(directory, folder).catch(() => {});
      throw storageError(error, `the checkpoint of step ${step}`);
    }
    const replaced = whole.get(step);
    if (replaced) await discard(replaced);
    const others = [...whole.values()].filter((old) => old.step !== step); // never the new one, even if a later one is there
    for (const old of others.slice(0, Math.max(0, others.length + 1 - keep))) await discard(old);
  }

  async function list(): Promise<number[]> {
    return [...(await complete()).keys()];
  }

  /** Finds a file, and what the manifest says of it. */
  async function find(step: number, file: string): Promise<{ found: File; sum: string }> {
    const whole = await complete();
    const checkpoint = whole.get(checkStep(step));
    if (!checkpoint) {
      const steps = [...whole.keys()].join(', ');
      const advice = steps ? `choose one of ${steps}` : 'train first';
      throw new WebError(
        'checkpoint-missing',
        `There is no checkpoint of step ${step} in the browser's storage: ${advice}.`,
      );
    }
    const expected = checkpoint.manifest.files[checkName(file)];
    const folder = await findFolder(directory, checkpoint.folder);
    const found = folder && expected && (await findFile(folder, file));
    if (!found) throw damaged(step, file, 'is missing');
    if (found.size !== expected.bytes)
      throw damaged(step, file, `has ${found.size} bytes instead of ${expected.bytes}`);
    return { found, sum: expected.sha256 };
  }

  /** Reads a part of a file, which the next write may have removed meanwhile. */
  const partOf = async (step: number, file: string, part: Blob): Promise<Uint8Array> =>
    new Uint8Array(
      await part.arrayBuffer().catch(() => {
        throw damaged(step, file, 'is no longer there');
      }),
    );

  async function read(step: number, file: string): Promise<Uint8Array> {
    const { found, sum } = await find(step, file);
    const bytes = await partOf(step, file, found);
    if ((await sha256(bytes)) !== sum) throw damaged(step, file, 'was changed after it was written');
    return bytes;
  }

  /** No file is written a second time: what is there stays as it is until it is removed. */
  async function open(step: number, file: string): Promise<CheckpointFile> {
    const { found } = await find(step, file);
    return {
      length: found.size,
      read: (from, to) => partOf(step, file, found.slice(from, to)),
      // Browsers hash what is in memory alone: the whole of it, for as long as that takes.
      sha256: async () => sha256(await partOf(step, file, found)),
      close: async () => {},
    };
  }

  return { write, list, read, open };
}

function damaged(step: number, file: string, what: string): DenoiserError {
  return new WebError(
    'checkpoint-damaged',
    `The file ${file} of checkpoint ${step} in the browser's storage ${what}: use an older checkpoint.`,
  );
}

function folderOf(step: number, attempt: number): string {
  return `step-${String(step).padStart(8, '0')}.${attempt}`;
}

function attemptOf(folder: string): Attempt | undefined {
  const [, step, attempt] = /^step-(\d+)\.(\d+)$/.exec(folder) ?? [];
  const numbers = { step: Number(step), attempt: Number(attempt) };
  return Object.values(numbers).every(Number.isSafeInteger) ? { folder, ...numbers } : undefined;
}

/** Whether a manifest is whole: where it is not, the checkpoint is none. By hand, since a page loads this before it starts a worker. */
function isManifest(value: unknown): value is Manifest {
  const files = (value as { files?: Record<string, Partial<Manifest['files'][string]> | null> } | null)?.files;
  const isFile = (file: (typeof files & object)[string]) =>
    typeof file?.bytes === 'number' && typeof file.sha256 === 'string';
  return typeof files === 'object' && files !== null && Object.values(files).every(isFile);
}

function checkStep(step: number): number {
  if (Number.isSafeInteger(step) && step >= 0) return step;
  throw new WebError('option-invalid', `The step of a checkpoint is a whole number, 0 or more, not ${step}.`);
}

function checkName(file: string): string {
  if (/^[\w-][\w.-]*$/.test(file) && file !== MANIFEST) return file;
  throw new WebError(
    'option-invalid',
    `A checkpoint's file has a plain name of letters, digits, dots and dashes, and is not called ${MANIFEST}; "${file}" does not do.`,
  );
}

async function sha256(bytes: Uint8Array): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
