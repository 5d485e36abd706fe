import { join, resolve } from 'node:path';
import {
  describeSkipped,
  type ImageFolder,
  type ImageFolderOptions,
  type Model,
  openImageFolder,
} from '@denoiser/backend-node';
import { shortList } from '@denoiser/errors';
import type { ImageDataset } from '@denoiser/trainer';
import type { RunConfig } from '../config/run-schema';
import { CommandError } from '../errors';
import { isWithin } from '../is-within';
import { looksLikeRun, readConfig } from '../run-folder';

/** Images that a model is measured on. */
export interface EvalImages {
  readonly dataset: ImageDataset;
  /** The folder or zip file that they are from. */
  readonly data: string;
  /** Whether they are those that the run held out. */
  readonly areHeldOut: boolean;
  /** Whether the run was trained on them; null where nothing tells. */
  readonly seen: boolean | null;
  /** Remarks on them, by topic. */
  readonly notes: Readonly<Record<string, string>>;
}

/**
 * Opens the images of `data` or, where it is not given, those that the run at `path` held out.
 *
 * @throws DenoiserError where there are none, or of classes that the model does not have.
 */
export async function openEvalImages(
  path: string,
  model: Model,
  { data, skipBad, signal }: { data?: string | undefined; skipBad?: boolean | undefined; signal: AbortSignal },
): Promise<EvalImages> {
  const run = runOf(path);
  if (data !== undefined) {
    const config = run === undefined ? undefined : legible(run);
    // Images that lie elsewhere may be copies: only of those held out it is known that they were not.
    const seen = config && (isWithin(data, config.data) || isWithin(config.data, data)) ? true : null;
    const { dataset, skipped } = await open(data, model, { skipBad: skipBad ?? false, signal });
    const others = config?.validation ? 'without --data those are taken that it held out' : 'give others';
    return {
      dataset,
      data,
      areHeldOut: false,
      seen,
      notes: {
        ...skipped,
        ...(seen && {
          caution: `the run was trained on images of ${data}: this tells how well it remembers them; ${others}`,
        }),
      },
    };
  }
  if (run === undefined) {
    throw new CommandError(
      'data-missing',
      `${path} is not in a run folder, which would say what was held out; give images that were not trained on with --data <folder>.`,
    );
  }
  const config = readConfig(run);
  if (config.validation === 0) {
    throw new CommandError(
      'data-missing',
      `${run} held no images out; give some that were not trained on with --data <folder>, or train with --validation 0.05.`,
    );
  }
  const { validation, skipped } = await open(config.data, model, {
    validation: config.validation,
    skipBad: skipBad ?? config.skipBad,
    signal,
  });
  return { dataset: validation as ImageDataset, data: config.data, areHeldOut: true, seen: false, notes: skipped };
}

/** The folder of the run that a path leads to or into: the run, a checkpoint of it, a file of that. */
function runOf(path: string): string | undefined {
  const places = [path, ...['..', '../..', '../../..'].map((above) => join(resolve(path), above))];
  return places.find(looksLikeRun);
}

/** The configuration of a run, unless it is illegible: that is no matter where images are given. */
function legible(run: string): RunConfig | undefined {
  try {
    return readConfig(run);
  } catch {
    return undefined;
  }
}

/** The images as the model takes them, with its classes. */
async function open(
  folder: string,
  { imageShape, classNames }: Model,
  options: Pick<ImageFolderOptions, 'validation' | 'skipBad' | 'signal'>,
): Promise<Pick<ImageFolder, 'dataset' | 'validation'> & { skipped: Record<string, string> }> {
  const [height, width, channels] = imageShape;
  if (channels !== 1 && channels !== 3) {
    throw new CommandError(
      'model-unfit',
      `This network has pictures of ${channels} channels, and image files have 1 or 3; it cannot be compared with a folder.`,
    );
  }
  const {
    dataset,
    validation,
    classNames: found,
    skipped,
  } = await openImageFolder(folder, {
    size: [height, width],
    channels,
    conditional: classNames.length > 0,
    augment: false,
    ...options,
  });
  const unknown = classNames.length > 0 ? found.find((name) => !classNames.includes(name)) : undefined;
  if (unknown !== undefined) {
    throw new CommandError(
      'classes-differ',
      `${folder}/${unknown}: the network has the classes ${shortList(classNames)}; rename the subfolder or move it away.`,
    );
  }
  return {
    dataset,
    ...(validation && { validation }),
    skipped: skipped.length > 0 ? { skipped: describeSkipped(skipped) } : ({} as Record<string, string>),
  };
}
