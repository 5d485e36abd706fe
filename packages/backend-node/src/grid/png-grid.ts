import { describeValue } from '@denoiser/errors';
import type { ImageShape } from '@denoiser/ops';
import { checkOptionNames } from '@denoiser/pipeline';
import { toBytes } from '@denoiser/pipeline/pixels';
import sharp from 'sharp';
import { NodeError } from '../errors';
import type { FileSystem } from '../files/file-system';
import { writeFileAtomically } from '../files/write-atomically';
import { type PictureSettings, sizeOf, withInfo } from '../png/picture-info';
import { layOut } from './lay-out';
import { checkPicturePath } from './picture-path';

/** Images one after the other, NHWC: bytes, or floats in [−1, 1]. One channel (grey) or three. */
export type ImageBatch = {
  readonly data: Uint8Array | Uint8ClampedArray | Float32Array;
  readonly imageShape: ImageShape;
  /** Images in a row, unless the options say so. */
  readonly columns?: number;
};

export type PngGridOptions = {
  /** Images in a row; default: as the images say, else 8, or as many as there are. */
  readonly columns?: number;
  /** Black pixels around each image; default 2. */
  readonly padding?: number;
  /** Each pixel becomes scale × scale pixels; the default makes images smaller than 64 pixels visible, and is 1 for others. */
  readonly scale?: number;
  /** JSON that says how the images were drawn, for the metadata of the PNG: the options of `drawImages`, for one. */
  readonly settings?: PictureSettings | undefined;
};

/** A picture in a file's format, and its size. */
export type EncodedPicture = { readonly bytes: Uint8Array; readonly width: number; readonly height: number };

const VISIBLE = 64;

/** How many times small images are enlarged so that one can see them. */
export const enlargementOf = ([height, width]: ImageBatch['imageShape']): number =>
  Math.max(1, Math.ceil(VISIBLE / Math.max(height, width)));

/**
 * Writes images as one PNG, in rows from the top left, laid out like torchvision's `make_grid`, and returns the size of the
 * picture. The file is complete or absent; missing folders are made.
 *
 * @throws DenoiserError for options that make no picture and for files that can't be written.
 */
export async function writePngGrid(
  path: string,
  images: ImageBatch,
  { fileSystem, ...options }: PngGridOptions & { readonly fileSystem?: FileSystem } = {},
): Promise<{ width: number; height: number }> {
  checkPicturePath('writePngGrid', path, '.png');
  const { bytes, width, height } = await encodePng(images, options);
  await writeFileAtomically(path, bytes, { fileSystem });
  return { width, height };
}

/**
 * Returns images as the bytes of one PNG, as `writePngGrid` writes them. A single image at its own size:
 * `encodePng(image, { padding: 0, scale: 1 })`.
 *
 * @throws DenoiserError for options that make no picture.
 */
export async function encodePng(images: ImageBatch, options: PngGridOptions = {}): Promise<EncodedPicture> {
  checkImages(images);
  checkOptionNames('A PNG', options, ['columns', 'padding', 'scale', 'settings']);
  const { columns = images.columns ?? 8, padding = 2, scale, settings } = options;
  const [height, width, channels] = images.imageShape;
  if (channels !== 1 && channels !== 3) {
    throw new NodeError('images-invalid', `A grid shows images of 1 or 3 channels, but these have ${channels}.`);
  }
  const count = images.data.length / (height * width * channels);
  checkWhole('the number of images', count, 1);
  checkWhole('columns', columns, 1);
  checkWhole('padding', padding, 0);
  const enlargement = scale ?? enlargementOf(images.imageShape);
  checkWhole('scale', enlargement, 1);

  const bytes = images.data instanceof Float32Array ? toBytes(images.data) : images.data;
  const layout = { count, columns, padding, scale: enlargement, imageShape: images.imageShape };
  const size = sizeOf(layout);
  const pixels = layOut(bytes, layout);
  const png = await sharp(pixels, { raw: { ...size, channels } })
    .png()
    .toBuffer();
  return { bytes: withInfo(png, { layout, ...(settings && { settings }) }), ...size };
}

/**
 * Checks that there are images, which are not there before a drawing is awaited.
 *
 * @throws DenoiserError `images-invalid`.
 */
export function checkImages(images: Partial<ImageBatch> | undefined): asserts images is ImageBatch {
  if (ArrayBuffer.isView(images?.data) && Array.isArray(images.imageShape)) return;
  throw new NodeError(
    'images-invalid',
    'There are no images to write, which have `data` and `imageShape`; give what `await drawImages(…)` gives.',
  );
}

function checkWhole(name: string, value: number, least: number): void {
  if (Number.isSafeInteger(value) && value >= least) return;
  throw new NodeError(
    'option-invalid',
    `In a grid, ${name} is a whole number, ${least} or more, not ${describeValue(value)}.`,
  );
}
