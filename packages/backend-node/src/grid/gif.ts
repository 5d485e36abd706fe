import { checkOptionNames } from '@denoiser/pipeline';
import { toBytes } from '@denoiser/pipeline/pixels';
import sharp from 'sharp';
import { NodeError } from '../errors';
import type { FileSystem } from '../files/file-system';
import { writeFileAtomically } from '../files/write-atomically';
import { sizeOf } from '../png/picture-info';
import { layOut } from './lay-out';
import { checkPicturePath } from './picture-path';
import { checkImages, enlargementOf, type ImageBatch } from './png-grid';

export type GifOptions = {
  /** Frames of each row of images; default: as the images say, else all. */
  readonly columns?: number;
  /** How long the way takes, and how long its end is shown, in seconds. Default 3 and 2. */
  readonly seconds?: number;
  readonly secondsAtEnd?: number;
};

/** Players show frames that are to be shorter than this for a tenth of a second. */
const SHORTEST = 20;

/**
 * Writes rows of images as one animated GIF that begins anew at its end: each row is a picture in it that goes through the images of
 * the row. `await writeGif('way.gif', (await trajectory(drawImages(model), 50)).steps)`.
 *
 * @throws DenoiserError for images that make no rows, and for files that can't be written.
 */
export async function writeGif(
  path: string,
  images: ImageBatch,
  options: GifOptions & { readonly fileSystem?: FileSystem } = {},
): Promise<void> {
  checkImages(images);
  checkPicturePath('writeGif', path, '.gif');
  checkOptionNames('writeGif', options, ['columns', 'seconds', 'secondsAtEnd', 'fileSystem']);
  const { columns, seconds = 3, secondsAtEnd = 2, fileSystem } = options;
  const [height, width, channels] = images.imageShape;
  const size = height * width * channels;
  const count = images.data.length / size;
  const frames = columns ?? images.columns ?? count;
  const rows = count / frames;
  if (!(Number.isSafeInteger(rows) && rows >= 1 && Number.isSafeInteger(frames) && frames >= 1)) {
    throw new NodeError('images-invalid', `${count} images make no rows of ${frames} frames; give whole rows.`);
  }
  if (channels !== 1 && channels !== 3) {
    throw new NodeError('images-invalid', `A GIF shows images of 1 or 3 channels, but these have ${channels}.`);
  }
  const bytes = images.data instanceof Float32Array ? toBytes(images.data) : images.data;
  const scale = enlargementOf(images.imageShape);
  const across = Math.ceil(Math.sqrt(rows));
  const layout = { count: rows, columns: across, padding: 2, scale, imageShape: images.imageShape };
  const page = sizeOf(layout);
  const pages = Array.from({ length: frames }, (_, frame) => {
    const shown = new Uint8Array(rows * size);
    for (let row = 0; row < rows; row++) {
      const from = (row * frames + frame) * size;
      shown.set(bytes.subarray(from, from + size), row * size);
    }
    return layOut(shown, layout);
  });
  const each = Math.max(SHORTEST, Math.round((1000 * seconds) / frames));
  const gif = await sharp(Buffer.concat(pages), {
    raw: { width: page.width, height: page.height * frames, channels, pageHeight: page.height },
  })
    .toColourspace('srgb')
    .gif({ delay: pages.map((_, i) => (i === frames - 1 ? Math.round(1000 * secondsAtEnd) : each)), loop: 0 })
    .toBuffer();
  await writeFileAtomically(path, gif, { fileSystem });
}
