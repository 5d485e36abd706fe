import type { CheckpointStore, Interval } from '@denoiser/trainer';
import type { TrainingOptionsInput } from '@denoiser/trainer/options';
import { WebError } from '../errors';
import type { DecodedImages } from '../images/image-set';
import type { RunInfo, SamplesOptions } from '../protocol/training';
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
import { storageError } from './storage-error';

/** What a run is: all that is needed to make its network and trainer again. JSON. */
export type WebRunConfig = {
  readonly run: string;
  /** What `createModel` is given. */
  readonly model: Readonly<Record<string, unknown>>;
  /** What `createTrainer` is given beside the model. */
  readonly training: TrainingOptionsInput;
  readonly conditional: boolean;
  readonly flip: boolean;
  readonly steps: number;
  readonly checkpointEvery: Interval;
  readonly keep: number;
  readonly samples: { readonly [K in keyof SamplesOptions]-?: Exclude<SamplesOptions[K], undefined> } | null;
};

/** The runs in a browser's storage. */
export interface Runs {
  /** Whether there is a run of that name. */
  has(run: string): Promise<boolean>;
  /**
   * Creates a run with its images.
   *
   * @throws DenoiserError (`run-exists`, `storage-full`).
   */
  create(config: WebRunConfig, images: DecodedImages): Promise<void>;
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
  /** Names of runs that were not written to their end: the page was closed in the middle, or is at it. */
  beginnings(): Promise<string[]>;
  delete(run: string): Promise<void>;
}

const ROOT = 'denoiser-runs';
const CONFIG = 'run.json';
const IMAGES = 'images.bin';
const ABOUT_IMAGES = 'images.json';
const CHECKPOINTS = 'checkpoints';

/** The runs in a folder of the origin private file system, each a folder with its images and checkpoints. */
export function openRuns(origin: FileSystemDirectoryHandle): Runs {
  const root = () => origin.getDirectoryHandle(ROOT, { create: true });

  async function folder(run: string): Promise<FileSystemDirectoryHandle> {
    const found = await findFolder(await root(), folderOf(run));
    if (found) return found;
    const names = (await list()).map((info) => info.run);
    const advice = names.length > 0 ? `choose one of ${names.join(', ')}` : 'train one';
    throw new WebError('run-missing', `There is no run "${run}" in the browser's storage: ${advice}.`);
  }

  async function config(run: string): Promise<WebRunConfig> {
    const value = upgraded(await readReplacedJson(await folder(run), CONFIG));
    if (value?.run === run) return value;
    throw new WebError('run-damaged', `The run "${run}" was not written to its end: delete it and train again.`);
  }

  async function images(run: string): Promise<DecodedImages> {
    const handle = await folder(run);
    const about = (await readJson(handle, ABOUT_IMAGES)) as Omit<DecodedImages, 'bytes'> | undefined;
    const bytes = await readBytes(handle, IMAGES);
    const size = about && about.imageShape[0] * about.imageShape[1] * about.imageShape[2] * about.labels.length;
    if (about && bytes && bytes.length === size) return { ...about, bytes };
    throw new WebError('run-damaged', `The images of the run "${run}" are not whole: delete it and train again.`);
  }

  async function list(): Promise<RunInfo[]> {
    const parent = await root();
    const found: RunInfo[] = [];
    for (const name of await folderNames(parent)) {
      const handle = await findFolder(parent, name);
      const about = handle && ((await readReplacedJson(handle, CONFIG)) as WebRunConfig | undefined);
      const pictures = handle && ((await readJson(handle, ABOUT_IMAGES)) as DecodedImages | undefined);
      if (!handle || !about || !pictures) continue; // the beginning of a run, and no more
      const checkpoints = await findFolder(handle, CHECKPOINTS);
      const steps = checkpoints ? await opfsCheckpointStore(checkpoints).list() : [];
      found.push({
        run: about.run,
        step: steps.at(-1) ?? 0,
        steps: about.steps,
        images: pictures.labels.length,
        imageShape: pictures.imageShape,
        classNames: pictures.classNames,
        ...(await extentOf(handle)),
      });
    }
    return found.sort((a, b) => b.changed - a.changed);
  }

  const has = async (run: string) => (await list()).some((info) => info.run === run);

  return {
    config,
    images,
    list,
    has,
    async create(given, { bytes, ...about }) {
      const name = folderOf(given.run);
      if (await has(given.run)) {
        throw new WebError(
          'run-exists',
          `There is a run "${given.run}" already: choose another name, or say \`ifExists\`: 'replace' or 'resume'.`,
        );
      }
      try {
        await remove(await root(), name); // the beginning of one that was not written to its end
        const handle = await (await root()).getDirectoryHandle(name, { create: true });
        await writeBytes(handle, IMAGES, bytes);
        await writeJson(handle, ABOUT_IMAGES, about);
        await writeJson(handle, CONFIG, given); // last: the run exists from now on
      } catch (error) {
        await remove(await root(), name).catch(() => {});
        throw storageError(error, `the run "${given.run}"`);
      }
    },
    async beginnings() {
      const parent = await root();
      const found: string[] = [];
      for (const name of await folderNames(parent)) {
        const handle = await findFolder(parent, name);
        if (handle && !(await readReplacedJson(handle, CONFIG))) found.push(runOf(name));
      }
      return found;
    },
    async update(given) {
      await replaceJson(await folder(given.run), CONFIG, given);
    },
    async checkpoints(run, options) {
      return opfsCheckpointStore(await (await folder(run)).getDirectoryHandle(CHECKPOINTS, { create: true }), options);
    },
    async delete(run) {
      const handle = await folder(run);
      for (const name of [CONFIG, `next-${CONFIG}`]) await remove(handle, name); // no run any more, whatever comes
      await remove(await root(), folderOf(run));
    },
  };
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

/** Options of training that were written when the process was called a schedule. */
function withProcess(training: WebRunConfig['training'] & { readonly schedule?: unknown }): WebRunConfig['training'] {
  const { schedule, ...rest } = training;
  return schedule === undefined ? rest : ({ ...rest, process: schedule } as WebRunConfig['training']);
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

/** A folder's name must have no slash and not be "." or "..". */
function folderOf(run: string): string {
  return `run-${encodeURIComponent(run)}`;
}

function runOf(folder: string): string {
  return decodeURIComponent(folder.slice('run-'.length));
}
