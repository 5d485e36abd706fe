import { existsSync, statSync } from 'node:fs';
import {
  type ImageBatch,
  type PictureSettings,
  prepareFile,
  prepareFolder,
  writeGif,
  writePngGrid,
  writePngs,
} from '@denoiser/backend-node';
import { CommandError } from '../errors';

const invalid = (message: string) => new CommandError('option-invalid', message);

const isFolder = (path: string): boolean => /[/\\]$/.test(path);

/** Where the pictures of a drawing go: one PNG, or a folder of one for each. */
export interface PictureOutput {
  /** Whether it is a folder. */
  readonly isFolder: boolean;
  /** Writes images, and returns the paths of the files. */
  write(images: ImageBatch, options: WriteOptions): Promise<string[]>;
}

export interface WriteOptions {
  /** What names in a folder begin with, and the numbers they end with. */
  readonly prefix: string;
  readonly numbers?: readonly number[] | undefined;
  /** Of the grid. */
  readonly columns?: number | undefined;
  readonly padding?: number | undefined;
  settings(image?: number): PictureSettings;
}

/**
 * Finds out before the work whether its result can be written.
 *
 * @throws DenoiserError where it can't.
 */
export async function pictureOutput(out: string, { columns }: { columns?: number }): Promise<PictureOutput> {
  if (!isFolder(out)) {
    await checkFile('--out', out, ['.png']);
    return {
      isFolder: false,
      async write(images, { columns, padding, settings }) {
        await writePngGrid(out, images, {
          ...(columns !== undefined && { columns }),
          ...(padding !== undefined && { padding }),
          settings: settings(),
        });
        return [out];
      },
    };
  }
  if (columns !== undefined) throw invalid(`--columns is of a grid, and --out ${out} is a folder; leave it out.`);
  await prepareFolder(out);
  return {
    isFolder: true,
    async write(images, { prefix, numbers, settings }) {
      return writePngs(out, images, { prefix, numbers, settings });
    },
  };
}

/** Describes files in a line: many by the first and the last. */
export const toldFiles = (paths: readonly string[]): string =>
  paths.length === 1 ? `${paths[0]}` : `${paths.length} pictures: ${paths[0]} to ${paths.at(-1)}`;

/** Frames of a trajectory as a GIF. */
const FRAMES = 50;

/** A second file of a drawing that shows each picture on the way. */
export interface TrajectoryOutput {
  /** Images on the way of each picture; as many as suit it where it doesn't matter. */
  readonly columns: number | undefined;
  write(steps: ImageBatch, settings: PictureSettings): Promise<void>;
}

/** Finds out before the work whether a trajectory can be written: a PNG of rows, or an animated GIF. */
export async function trajectoryOutput(path: string): Promise<TrajectoryOutput> {
  await checkFile('--trajectory', path, ['.png', '.gif']);
  if (/\.gif$/i.test(path)) return { columns: FRAMES, write: (steps) => writeGif(path, steps) };
  return {
    columns: undefined,
    async write(steps, settings) {
      await writePngGrid(path, steps, { settings });
    },
  };
}

/**
 * Checks a file before it is written.
 *
 * @throws DenoiserError where it can't be written, or is of none of the kinds.
 */
export async function checkFile(flag: string, path: string, kinds: readonly string[]): Promise<void> {
  const kind = kinds.join(' or ');
  if (isFolder(path) || (existsSync(path) && statSync(path).isDirectory())) {
    const other = flag === '--out' ? `; for one PNG a picture let it end with a slash` : '';
    const file = `${path.replace(/[/\\]+$/, '')}/grid${kinds[0]}`;
    throw invalid(`${flag} ${path} is a folder; give the name of a ${kind} file, like ${file}${other}.`);
  }
  if (!kinds.some((kind) => path.toLowerCase().endsWith(kind))) {
    const isWay = flag === '--out' && /\.gif$/i.test(path);
    const other = isWay
      ? `; of the way to the pictures, --trajectory ${path} makes a GIF`
      : flag === '--out'
        ? ', or with a slash for a folder of single pictures'
        : '';
    throw invalid(`${flag} ${path} must end with ${kind}${other}.`);
  }
  await prepareFile(path);
}
