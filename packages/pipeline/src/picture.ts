import type { ImageShape } from '@denoiser/ops';
import { notWhatItMust } from './check-options';
import { PipelineError } from './errors';
import { greyOf } from './pixels/luma';
import { fromBytes } from './pixels/to-bytes';

/** A picture as canvases know it: RGBA bytes, row by row. An `ImageData` is one. */
export interface RgbaPicture {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8ClampedArray | Uint8Array;
}

/** A picture to begin with: values in [−1, 1], [H, W, C] as the model has them, or RGBA bytes of the model's size. */
export type Picture = Float32Array | RgbaPicture;

/**
 * Returns a picture's values, [H, W, C] in [−1, 1]; what is transparent lies on white.
 *
 * @throws DenoiserError where it is not of the model's size.
 */
export function pixelsOf(picture: Picture, [height, width, channels]: ImageShape, option: string): Float32Array {
  if (picture instanceof Float32Array) {
    if (picture.length === height * width * channels) return picture;
    throw new PipelineError(
      'picture-size',
      `\`${option}\` has ${picture.length} values, and the model's images have ${height}×${width}×${channels}; give it that size.`,
    );
  }
  if (!isRgba(picture)) {
    throw notWhatItMust(option, 'a Float32Array, [H, W, C], or RGBA bytes as `{ width, height, data }`', picture);
  }
  if (picture.height !== height || picture.width !== width || picture.data.length !== 4 * height * width) {
    throw new PipelineError(
      'picture-size',
      `\`${option}\` is ${picture.width}×${picture.height}, and the model draws ${width}×${height}; give it that size.`,
    );
  }
  const opaque = onWhite(picture.data);
  return fromBytes(channels === 1 ? greyOf(opaque) : opaque);
}

const isRgba = (picture: Partial<RgbaPicture> | null): picture is RgbaPicture =>
  typeof picture?.width === 'number' && typeof picture.height === 'number' && ArrayBuffer.isView(picture.data);

/** RGBA bytes on white, RGB. */
function onWhite(rgba: Uint8ClampedArray | Uint8Array): Uint8ClampedArray {
  const rgb = new Uint8ClampedArray((rgba.length / 4) * 3); // rounds
  for (let from = 0, to = 0; from < rgba.length; from += 4) {
    const alpha = (rgba[from + 3] as number) / 255;
    for (let c = 0; c < 3; c++) rgb[to++] = (rgba[from + c] as number) * alpha + 255 * (1 - alpha);
  }
  return rgb;
}
