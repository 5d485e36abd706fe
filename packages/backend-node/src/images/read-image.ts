import { checkKinds, checkOptionNames, type Kind } from '@denoiser/pipeline';
import { fromBytes } from '@denoiser/pipeline/pixels';
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

const isSide = (side: unknown): boolean => Number.isSafeInteger(side) && (side as number) > 0;
const KINDS: Readonly<Record<string, Kind>> = {
  size: ['a height and a width in pixels', (size) => Array.isArray(size) && size.length === 2 && size.every(isSide)],
  channels: ['1 or 3', (channels) => channels === 1 || channels === 3],
};

/**
 * One image file as a network takes it: the middle of it, as large as it gets, at the size wanted. Converted as by
 * `openImageFolder`; of a picture that `writePngGrid` wrote of one image, that image, without frame and enlargement.
 *
 * @throws DenoiserError that names the file if it can't be read, or is a grid of several images.
 */
export async function readImage(file: string, options: ReadImageOptions): Promise<ReadImage> {
  checkOptionNames('readImage', options, ['size', 'channels']);
  checkKinds(options, KINDS);
  const { size, channels } = options;
  const read = async () => withoutFrame(file, await readImageFile(file));
  const image = await decode(file, { frame: size, channels, read });
  const bytes = resample(image, centreBox(image, ...size), size);
  return { pixels: fromBytes(bytes), covering: [image.height, image.width] };
}
