import { fileError } from '@denoiser/errors';
import { greyOf } from '@denoiser/pipeline/pixels';
import { readImageFile } from './disk-tree';
import { openPixels, unreadable } from './open-pixels';
import { centreBox, type Pixels } from './pixels';
import { WIDEST } from './random-crop';
import { resample } from './resample';

export type DecodeOptions = {
  /** The image covers this frame and touches it on one axis, like torchvision's Resize of the shorter side. */
  readonly frame: readonly [height: number, width: number];
  readonly channels: 1 | 3;
  /** How its content is read; default: from the file. */
  readonly read?: () => Promise<Uint8Array>;
};

/**
 * Reads an image file as 8-bit pixels that cover `frame`. Everything is converted: the first frame of animations, CMYK and 16
 * bits to sRGB bytes, transparency onto white, the camera's rotation applied, grey to the channels asked for.
 *
 * @throws DenoiserError that names the file if it is no image, damaged or truncated, or of samples that are not read.
 */
export async function decode(file: string, { frame, channels, read }: DecodeOptions): Promise<Pixels> {
  const content = await (read ? read() : readImageFile(file)).catch((error) => {
    throw fileError(error, 'read', file);
  });
  const image = await openPixels(file, content);
  const [height, width] = frame;
  const { data, info } = await image
    .autoOrient()
    .flatten({ background: '#ffffff' })
    // libvips enlarges with a shift of half a pixel; it only shrinks here
    .resize({ width, height, fit: 'outside', withoutEnlargement: true, kernel: 'linear' })
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true })
    .catch((error: Error) => {
      throw unreadable(file, error);
    });
  // libvips's own grey is of linear light, PIL's and torchvision's is not.
  const bytes = channels === 1 ? greyOf(data) : data;
  return enlarge(clip({ bytes, height: info.height, width: info.width, channels }, frame), frame);
}

/** Cuts the ends of a very long image off that no crop reaches, so that enlarging it takes no more memory than it must. */
function clip(image: Pixels, [height, width]: readonly [number, number]): Pixels {
  const longest = (side: number, across: number, along: number) => Math.ceil((WIDEST * side * along) / across) + 2;
  const box = centreBox(
    image,
    Math.min(image.height, longest(image.width, width, height)),
    Math.min(image.width, longest(image.height, height, width)),
  );
  if (box.height === image.height && box.width === image.width) return image;
  const stride = box.width * image.channels;
  const bytes = new Uint8Array(box.height * stride);
  for (let y = 0; y < box.height; y++) {
    const from = ((box.top + y) * image.width + box.left) * image.channels;
    bytes.set(image.bytes.subarray(from, from + stride), y * stride);
  }
  return { ...image, bytes, height: box.height, width: box.width };
}

function enlarge(image: Pixels, frame: readonly [number, number]): Pixels {
  const scale = Math.max(frame[0] / image.height, frame[1] / image.width);
  if (scale <= 1) return image;
  const height = Math.max(frame[0], Math.floor(image.height * scale));
  const width = Math.max(frame[1], Math.floor(image.width * scale));
  const bytes = resample(image, { top: 0, left: 0, height: image.height, width: image.width }, [height, width]);
  return { ...image, bytes, height, width };
}
