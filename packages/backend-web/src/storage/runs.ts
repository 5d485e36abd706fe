import { isDenoiserError } from '@denoiser/errors';
import type { CheckpointStore } from '@denoiser/trainer';
import { WebError } from '../errors';
import type { DecodedImages } from '../images/image-set';
import type { RunInfo } from '../protocol/training';
import {
  extentOf,
  findFolder,
  folderNames,
  readBytes,
  readJson,
  readReplacedJson,
  remove,
  replaceJson,
  writeBytes,
  writeJson,
} from './files';
import { opfsCheckpointStore } from './opfs-checkpoint-store';
import { readAboutImages, readConfig } from './run-files';
import { storageError } from './storage-error';
import type { WebRunConfig } from './web-run-config';

/** The runs in a browser's storage. */
export interface Runs {
  /** Whether there is a run of that name. */
  has(run: string): Promise<boolean>;
  /**
   * Creates a run with its images. One of that name, if it is to be replaced, stays until the new one is whole.
   *
   * @throws DenoiserError (`run-exists`, `storage-full`).
   */
  create(config: WebRunConfig, images: DecodedImages, options?: { readonly replace?: boolean }): Promise<void>;
  /**
   * Returns a run's configuration.
   *
   * @throws DenoiserError (`run-missing`) that lists those there are.
   */
  config(run: string): Promise<WebRunConfig>;
  images(run: string): Promise<DecodedImages>;
  update(config: WebRunConfig): Promise<void>;
  checkpoints(run: string, options: { readonly keep: number }): Promise<CheckpointStore>;
  list(): Promise<RunInfo[]>;
  /** Names of runs of which there is something that is none: the page was closed while it wrote or replaced one, or is at it. */
  leftovers(): Promise<string[]>;
  /** Removes what of a name is no run. */
  clear(run: string): Promise<void>;
  delete(run: string): Promise<void>;
}

const ROOT = 'denoiser-runs';
const CONFIG = 'run.json';
const IMAGES = 'images.bin';
const ABOUT_IMAGES = 'images.json';
const CHECKPOINTS = 'checkpoints';

/** A folder that holds a run, or was to. */
type Attempt = {
  readonly run: string;
  readonly attempt: number;
  readonly folder: string;
  readonly handle: FileSystemDirectoryHandle;
  /** Undefined where the run was not written to its end. */
  readonly config: { readonly run?: unknown } | undefined;
};

/**
 * The runs in a folder of the origin private file system, each a folder with its images and checkpoints. That file system cannot
 * rename a folder, so a run that replaces another is a second folder: of those that are whole, the last is the run.
 */
export function openRuns(origin: FileSystemDirectoryHandle): Runs {
  const root = () => origin.getDirectoryHandle(ROOT, { create: true });

  /** All folders, by name or of every name, the last attempt of each last. */
  async function attempts(run?: string): Promise<Attempt[]> {
    const parent = await findFolder(origin, ROOT); // whoever looks makes nothing, for which there may be no room
    const found: Attempt[] = [];
    if (!parent) return found;
    for (const folder of await folderNames(parent)) {
      const named = attemptOf(folder);
      if (!named || (run !== undefined && named.run !== run)) continue;
      const handle = await findFolder(parent, folder);
      if (handle) found.push({ ...named, folder, handle, config: upgraded(await readReplacedJson(handle, CONFIG)) });
    }
    return found.sort((a, b) => a.attempt - b.attempt);
  }

  const wholeOf = (found: readonly Attempt[]) => found.findLast(({ run, config }) => config?.run === run);

  /** Removes folders. What goes in the middle is no run any more. */
  async function discard(gone: readonly Attempt[]): Promise<void> {
    for (const { handle } of gone) for (const name of [CONFIG, `next-${CONFIG}`]) await remove(handle, name);
    for (const { folder } of gone) await remove(await root(), folder);
  }

  async function find(run: string): Promise<Attempt & { readonly config: WebRunConfig }> {
    const found = await attempts(run);
    const whole = wholeOf(found);
    if (whole) return { ...whole, config: readConfig(whole.config, run) };
    if (found.length > 0) {
      throw new WebError('run-damaged', `The run "${run}" was not written to its end: delete it and train again.`);
    }
    const names = (await list()).map((info) => info.run);
    const advice = names.length > 0 ? `choose one of ${names.join(', ')}` : 'train one';
    throw new WebError('run-missing', `There is no run "${run}" in the browser's storage: ${advice}.`);
  }

  async function images(run: string): Promise<DecodedImages> {
    const { handle } = await find(run);
    const about = readAboutImages(await readJson(handle, ABOUT_IMAGES), run);
    const bytes = await readBytes(handle, IMAGES);
    const size = about.imageShape[0] * about.imageShape[1] * about.imageShape[2] * about.labels.length;
    if (bytes?.length === size) return { ...about, bytes };
    throw new WebError('run-damaged', `The images of the run "${run}" are not whole: delete it and train again.`);
  }

  /** Nothing for a run that is damaged: asked for by its name, it says how. */
  async function infoOf(run: string, { handle, config }: Attempt): Promise<RunInfo[]> {
    try {
      const { steps } = readConfig(config, run);
      const { labels, imageShape, classNames } = readAboutImages(await readJson(handle, ABOUT_IMAGES), run);
      const checkpoints = await findFolder(handle, CHECKPOINTS);
      const step = (checkpoints && (await opfsCheckpointStore(checkpoints).list()).at(-1)) ?? 0;
      return [{ run, step, steps, images: labels.length, imageShape, classNames, ...(await extentOf(handle)) }];
    } catch (error) {
      if (isDenoiserError(error) && error.code === 'run-damaged') return [];
      throw error;
    }
  }

  async function list(): Promise<RunInfo[]> {
    const found: RunInfo[] = [];
    for (const [run, all] of byRun(await attempts())) {
      const whole = wholeOf(all);
      if (whole) found.push(...(await infoOf(run, whole)));
    }
    return found.sort((a, b) => b.changed - a.changed);
  }

  async function clear(run: string): Promise<void> {
    const found = await attempts(run);
    const whole = wholeOf(found);
    await discard(found.filter((attempt) => attempt !== whole));
  }

  return {
    images,
    list,
    clear,
    has: async (run) => wholeOf(await attempts(run)) !== undefined,
    config: async (run) => (await find(run)).config,
    async create(given, { bytes, ...about }, { replace = false } = {}) {
      const found = await attempts(given.run);
      const before = wholeOf(found);
      if (before && !replace) {
        throw new WebError(
          'run-exists',
          `There is a run "${given.run}" already: choose another name, or say \`ifExists\`: 'replace' or 'resume'.`,
        );
      }
      const folder = folderOf(given.run, (found.at(-1)?.attempt ?? 0) + 1);
      try {
        await discard(found.filter((attempt) => attempt !== before));
        const handle = await (await root()).getDirectoryHandle(folder, { create: true });
        await writeBytes(handle, IMAGES, bytes);
        await writeJson(handle, ABOUT_IMAGES, about);
        await writeJson(handle, CONFIG, given); // last: the run exists from now on
      } catch (error) {
        await root()
          .then((parent) => remove(parent, folder))
          .catch(() => {});
        throw storageError(error, `the run "${given.run}"`);
      }
      if (before) await discard([before]);
    },
    async leftovers() {
      const found = [...byRun(await attempts())];
      return found.flatMap(([run, all]) => (all.length > 1 || !wholeOf(all) ? run : []));
    },
    async update(given) {
      await replaceJson((await find(given.run)).handle, CONFIG, given);
    },
    async checkpoints(run, options) {
      const { handle } = await find(run);
      try {
        return opfsCheckpointStore(await handle.getDirectoryHandle(CHECKPOINTS, { create: true }), options);
      } catch (error) {
        throw storageError(error, `a checkpoint of the run "${run}"`);
      }
    },
    async delete(run) {
      const found = await attempts(run);
      if (found.length === 0) await find(run); // which says so
      await discard(found);
    },
  };
}

function byRun(found: readonly Attempt[]): Map<string, Attempt[]> {
  const groups = new Map<string, Attempt[]>();
  for (const attempt of found) groups.set(attempt.run, [...(groups.get(attempt.run) ?? []), attempt]);
  return groups;
}

/** A configuration as it was written before options were called as they are now. */
type OlderConfig = Omit<WebRunConfig, 'conditional' | 'flip' | 'checkpointEvery' | 'samples'> & {
  readonly isConditional: boolean;
  readonly isFlipped: boolean;
  readonly checkpointEvery: number;
  readonly samples: { every: number; count: number; solverSteps: number; guidance: number } | null;
};

function upgraded(value: unknown): WebRunConfig | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const config = 'isConditional' in value ? inPresentWords(value as OlderConfig) : (value as WebRunConfig);
  return { ...config, training: withProcess(config.training) };
}

/** Options of training that were written when the process was called a schedule; there may be none in what is damaged. */
function withProcess(
  training: (WebRunConfig['training'] & { readonly schedule?: unknown }) | null | undefined,
): WebRunConfig['training'] {
  if (training?.schedule === undefined) return training as WebRunConfig['training'];
  const { schedule, ...rest } = training;
  return { ...rest, process: schedule } as WebRunConfig['training'];
}

function inPresentWords({ isConditional, isFlipped, checkpointEvery, samples, ...rest }: OlderConfig): WebRunConfig {
  return {
    ...rest,
    conditional: isConditional,
    flip: isFlipped,
    checkpointEvery: { steps: checkpointEvery },
    samples: samples && {
      every: { steps: samples.every },
      at: [],
      count: samples.count,
      sampler: 'dpmpp-2m',
      steps: samples.solverSteps,
      guidance: samples.guidance,
    },
  };
}

/** A folder's name must have no slash and not be "." or ".."; encoded there is no "+" in it. */
function folderOf(run: string, attempt: number): string {
  return `run-${encodeURIComponent(run)}${attempt === 1 ? '' : `+${attempt}`}`;
}

function attemptOf(folder: string): { readonly run: string; readonly attempt: number } | undefined {
  const [, run, attempt = '1'] = /^run-([^+]*)(?:\+(\d+))?$/.exec(folder) ?? [];
  try {
    const isNumber = Number.isSafeInteger(Number(attempt));
    return run === undefined || !isNumber ? undefined : { run: decodeURIComponent(run), attempt: Number(attempt) };
  } catch {
    return undefined; // no name that was encoded
  }
}
