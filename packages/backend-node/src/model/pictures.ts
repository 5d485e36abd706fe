import { fileURLToPath } from 'node:url';
import type { ImageShape } from '@denoiser/ops';
import type { Picture } from '@denoiser/pipeline';
import { NodeError } from '../errors';
import { readImage } from '../images/read-image';

/** A picture's file, or the picture itself. */
export type PictureSource = string | URL | Picture;

const isFile = (source: unknown): source is string | URL => typeof source === 'string' || source instanceof URL;
const pathOf = (source: string | URL): string => (typeof source === 'string' ? source : fileURLToPath(source));

/** Returns a picture as a model takes it; files are read at its size and with its channels. */
export async function openPicture(source: PictureSource, [height, width, channels]: ImageShape): Promise<Picture> {
  if (!isFile(source)) return source;
  return (await readImage(pathOf(source), { size: [height, width], channels: channels === 1 ? 1 : 3 })).pixels;
}

/** A picture of which a part is to be filled, and that part: white in a file, above 0 in numbers. */
export interface InpaintSource {
  readonly image: PictureSource;
  readonly mask: string | URL | Float32Array;
}

/**
 * Returns what is filled, as a model takes it.
 *
 * @throws DenoiserError where picture and mask are files of different shapes, and where nothing is to be filled.
 */
export async function openInpainting(
  inpaint: InpaintSource,
  shape: ImageShape,
): Promise<{ image: Picture; mask: Float32Array }> {
  const [height, width, channels] = shape;
  if (typeof inpaint !== 'object' || inpaint === null) return inpaint; // the pipeline says what it must be
  const { image, mask } = inpaint;
  if (!isFile(mask)) return { image: await openPicture(image, shape), mask };
  const fill = await readImage(pathOf(mask), { size: [height, width], channels: 1 });
  let picture: Picture;
  if (isFile(image)) {
    const read = await readImage(pathOf(image), { size: [height, width], channels: channels === 1 ? 1 : 3 });
    if (read.covering.join() !== fill.covering.join()) {
      throw new NodeError(
        'option-invalid',
        `\`mask\` ${mask} has another shape than \`inpaint\` ${image}; make it as wide and as high.`,
      );
    }
    picture = read.pixels;
  } else picture = image;
  const values = fill.pixels.map((value) => (value > 0 ? 1 : 0)); // kept pixels are kept to the bit
  if (!values.includes(1)) {
    throw new NodeError(
      'option-invalid',
      `\`mask\` ${mask} is black all over; make it white where the picture is to be filled.`,
    );
  }
  return { image: picture, mask: values };
}
