import { join } from 'node:path';
import { checkOptionNames } from '@denoiser/pipeline';
import { NodeError } from '../errors';
import type { FileSystem } from '../files/file-system';
import type { PictureSettings } from '../png/picture-info';
import { checkImages, type ImageBatch, writePngGrid } from './png-grid';

export type PngsOptions = {
  /** What the names begin with: `image-` (default) gives `image-0000.png`. */
  readonly prefix?: string;
  /** The numbers that they end with. Default 0, 1, 2 … */
  readonly numbers?: readonly number[] | undefined;
  /** JSON that says how the images were drawn, for the metadata; or what gives it for the i-th of them. */
  readonly settings?: PictureSettings | ((i: number) => PictureSettings) | undefined;
};

const DIGITS = 4;

/**
 * Writes each image as a PNG of its own size into a folder, which is made if it is missing, and returns their paths.
 *
 * @throws DenoiserError as `writePngGrid`.
 */
export async function writePngs(
  folder: string,
  images: ImageBatch,
  options: PngsOptions & { readonly fileSystem?: FileSystem } = {},
): Promise<string[]> {
  checkImages(images);
  checkOptionNames('writePngs', options, ['prefix', 'numbers', 'settings', 'fileSystem']);
  const { data, imageShape } = images;
  const { prefix = 'image-', numbers, settings, fileSystem } = options;
  const size = imageShape.reduce((a, b) => a * b);
  const count = data.length / size;
  if (!Number.isSafeInteger(count) || count < 1) {
    throw new NodeError(
      'images-invalid',
      `There are ${count} images of ${imageShape.join('×')} to write; give whole ones.`,
    );
  }
  const paths: string[] = [];
  for (let i = 0; i < count; i++) {
    const path = join(folder, `${prefix}${String(numbers?.[i] ?? i).padStart(DIGITS, '0')}.png`);
    await writePngGrid(
      path,
      { data: data.subarray(i * size, (i + 1) * size), imageShape },
      {
        ...{ padding: 0, scale: 1, settings: typeof settings === 'function' ? settings(i) : settings },
        ...(fileSystem && { fileSystem }),
      },
    );
    paths.push(path);
  }
  return paths;
}
