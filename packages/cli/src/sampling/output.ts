import { existsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { type ImageBatch, type PictureSettings, prepareFolder, writePngGrid, writePngs } from '@denoiser/backend-node';
import { CommandError } from '../errors';

const invalid = (message: string) => new CommandError('option-invalid', message);

const isFolder = (path: string): boolean => /[/\\]$/.test(path);

/** Where the pictures of a drawing go: one PNG, or a folder of one for each. */
export interface PictureOutput {
  /** Writes images, and returns the lines that say where. */
  write(images: ImageBatch, options: WriteOptions): Promise<string[]>;
}

export interface WriteOptions {
  /** What names in a folder begin with, and the numbers they end with. */
  readonly prefix: string;
  readonly numbers?: readonly number[] | undefined;
  /** Of the grid. */
  readonly columns?: number | undefined;
  settings(image?: number): PictureSettings;
}

/**
 * Finds out before the work whether its result can be written.
 *
 * @throws CommandError where it can't.
 */
export async function pictureOutput(out: string, { columns }: { columns?: number }): Promise<PictureOutput> {
  if (!isFolder(out)) {
    await checkFile('--out', out, ['.png']);
    return {
      async write(images, { columns, settings }) {
        await writePngGrid(out, images, { ...(columns !== undefined && { columns }), settings: settings() });
        return [out];
      },
    };
  }
  if (columns !== undefined) throw invalid(`--columns is of a grid, and --out ${out} is a folder; leave it out.`);
  await prepareFolder(out);
  return {
    async write(images, { prefix, numbers, settings }) {
      const paths = await writePngs(out, images, { prefix, numbers, settings });
      return paths.length === 1 ? paths : [`${paths.length} pictures: ${paths[0]} to ${paths.at(-1)}`];
    },
  };
}

/** Throws unless a file of this name can be written, and is of a kind that is. */
export async function checkFile(flag: string, path: string, kinds: readonly string[]): Promise<void> {
  const kind = kinds.join(' or ');
  if (isFolder(path) || (existsSync(path) && statSync(path).isDirectory())) {
    const other = flag === '--out' ? `; for one PNG a picture let it end with a slash` : '';
    const file = `${path.replace(/[/\\]+$/, '')}/grid${kinds[0]}`;
    throw invalid(`${flag} ${path} is a folder; give the name of a ${kind} file, like ${file}${other}.`);
  }
  if (!kinds.some((kind) => path.toLowerCase().endsWith(kind))) {
    const other = flag === '--out' ? ', or with a slash for a folder of single pictures' : '';
    throw invalid(`${flag} ${path} must end with ${kind}${other}.`);
  }
  await prepareFolder(dirname(path));
}
