import { DenoiserError } from '@denoiser/ops';
import sharp from 'sharp';
import type { FileSystem } from '../files/file-system';
import { writeFileAtomically } from '../files/write-atomically';
import { layOut } from './lay-out';
import { tensorToBytes } from './tensor-to-bytes';

/** A batch of images in NHWC order: bytes, or floats in [−1, 1]. One channel (grey) or three. */
export type ImageBatch = {
  readonly data: Uint8Array | Uint8ClampedArray | Float32Array;
  readonly shape: readonly [count: number, height: number, width: number, channels: number];
};

export type PngGridOptions = {
  /** Images in a row; default 8, or as many as there are. */
  readonly columns?: number;
  /** Black pixels around each image; default 2. */
  readonly padding?: number;
  /** Each pixel becomes scale × scale pixels; the default makes images smaller than 64 pixels visible, and is 1 for others. */
  readonly scale?: number;
  readonly fileSystem?: FileSystem;
};

const VISIBLE = 64;

/**
 * Writes images as one PNG, in rows from the top left, laid out like torchvision's `make_grid`. The file is complete or absent;
 * missing folders are made.
 *
 * Gives the size of the picture. Throws a `DenoiserError` for options that make no picture and for files that can't be written.
 */
export async function writePngGrid(
  path: string,
  images: ImageBatch,
  { columns = 8, padding = 2, scale, fileSystem }: PngGridOptions = {},
): Promise<{ width: number; height: number }> {
  const [count, height, width, channels] = images.shape;
  if (count * height * width * channels !== images.data.length) {
    throw new DenoiserError(
      'bad-images',
      `Images of shape [${images.shape.join(', ')}] have ${count * height * width * channels} values, but ${images.data.length} were given.`,
    );
  }
  if (channels !== 1 && channels !== 3) {
    throw new DenoiserError('bad-images', `A grid shows images of 1 or 3 channels, but these have ${channels}.`);
  }
  checkWhole('the number of images', count, 1);
  checkWhole('columns', columns, 1);
  checkWhole('padding', padding, 0);
  const enlargement = scale ?? Math.max(1, Math.ceil(VISIBLE / Math.max(height, width)));
  checkWhole('scale', enlargement, 1);

  const bytes = images.data instanceof Float32Array ? tensorToBytes(images.data) : images.data;
  const grid = layOut({ bytes, count, height, width, channels }, { columns, padding, scale: enlargement });
  const png = await sharp(grid.bytes, { raw: { width: grid.width, height: grid.height, channels } })
    .png()
    .toBuffer();
  await writeFileAtomically(path, png, { fileSystem });
  return { width: grid.width, height: grid.height };
}

function checkWhole(name: string, value: number, least: number): void {
  if (Number.isSafeInteger(value) && value >= least) return;
  throw new DenoiserError('bad-option', `In a grid, ${name} is a whole number, ${least} or more, not ${value}.`);
}
