import { withoutFrame } from '../png/without-frame';
import { decode } from './decode';
import { readImageFile } from './disk-tree';
import { centreBox } from './pixels';
import { resample } from './resample';

export type ReadImageOptions = {
  /** The size wanted, in pixels. */
  readonly size: readonly [height: number, width: number];
  readonly channels: 1 | 3;
};

export type ReadImage = {
  /** [H, W, C], values in [−1, 1]. */
  readonly pixels: Float32Array;
  /** The size that the whole image has where it just covers the wanted one: alike for images of one shape. */
  readonly covering: readonly [height: number, width: number];
};

/**
 * One image file as a network takes it: the middle of it, as large as it gets, at the size wanted. Converted as by
 * `openImageFolder`; of a picture that `writePngGrid` wrote of one image, that image, without frame and enlargement.
 *
 * @throws DenoiserError that names the file if it can't be read, or is a grid of several images.
 */
export async function readImage(file: string, { size, channels }: ReadImageOptions): Promise<ReadImage> {
  const read = async () => withoutFrame(file, await readImageFile(file));
  const image = await decode(file, { frame: size, channels, read });
  const bytes = resample(image, centreBox(image, ...size), size);
  return { pixels: Float32Array.from(bytes, (byte) => byte / 127.5 - 1), covering: [image.height, image.width] };
}
