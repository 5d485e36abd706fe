import { readImage } from '@denoiser/backend-node';
import { CommandError } from './errors';

type ImageShape = readonly [height: number, width: number, channels: number];

/** The pictures that `sample` begins with or fills, as the network takes them. */
export interface Pictures {
  from?: Float32Array;
  inpaint?: { image: Float32Array; mask: Float32Array };
  invert?: Float32Array;
}

export interface PictureOptions {
  from?: string;
  strength?: number;
  inpaint?: string;
  mask?: string;
  invert?: string;
}

const bad = (message: string) => new CommandError('bad-option', message);

/** @throws CommandError where options of pictures do not go together. */
export function checkPictures({ from, strength, inpaint, mask, invert }: PictureOptions): void {
  if (strength !== undefined && from === undefined) {
    throw bad('--strength says how much of a picture is drawn anew; give the picture with --from.');
  }
  if (inpaint !== undefined && mask === undefined) {
    throw bad(
      `--inpaint ${inpaint} needs --mask: a picture that is white where it is to be filled, black where it stays.`,
    );
  }
  if (mask !== undefined && inpaint === undefined) {
    throw bad(`--mask ${mask} says which part is filled; give the picture itself with --inpaint.`);
  }
  if (invert !== undefined && (from ?? inpaint) !== undefined) {
    throw bad('--invert finds the noise of a picture and draws it again; leave out --from and --inpaint.');
  }
}

/** Reads the pictures at the size and with the channels of the network. */
export async function readPictures(options: PictureOptions, imageShape: ImageShape): Promise<Pictures> {
  const [height, width, channels] = imageShape;
  const read = (file: string, wanted = channels) =>
    readImage(file, { size: [height, width], channels: wanted === 1 ? 1 : 3 });
  const { from, inpaint, mask, invert } = options;
  return {
    from: from === undefined ? undefined : (await read(from)).pixels,
    invert: invert === undefined ? undefined : (await read(invert)).pixels,
    inpaint: inpaint === undefined || mask === undefined ? undefined : await readInpainting(),
  };

  async function readInpainting() {
    const [picture, fill] = [await read(inpaint as string), await read(mask as string, 1)];
    if (picture.covering.join() !== fill.covering.join()) {
      throw bad(`--mask ${mask} has another shape than --inpaint ${inpaint}; make it as wide and as high.`);
    }
    const values = fill.pixels.map((value) => (value > 0 ? 1 : 0)); // kept pixels are kept to the bit
    if (!values.includes(1))
      throw bad(`--mask ${mask} is black all over; make it white where the picture is to be filled.`);
    return { image: picture.pixels, mask: values };
  }
}
