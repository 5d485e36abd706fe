import { luma, toBytes } from '@denoiser/pipeline';

/**
 * Returns values in [−1, 1] as RGBA bytes, clipped and cut as files have them.
 *
 * @param values [n, 1 or 3] of any number of pixels.
 */
export function toRgba(values: ArrayLike<number>, channels: number): Uint8ClampedArray<ArrayBuffer> {
  const bytes = toBytes(values);
  const pixels = values.length / channels;
  const rgba = new Uint8ClampedArray(4 * pixels).fill(255);
  const [green, blue] = channels === 1 ? [0, 0] : [1, 2];
  for (let i = 0; i < pixels; i++) {
    rgba[4 * i] = bytes[channels * i] as number;
    rgba[4 * i + 1] = bytes[channels * i + green] as number;
    rgba[4 * i + 2] = bytes[channels * i + blue] as number;
  }
  return rgba;
}

/**
 * Returns RGBA bytes as bytes of 3 colours, or of one grey (BT.601), on white where they are transparent.
 *
 * @returns [pixels, channels].
 */
export function fromRgba(rgba: ArrayLike<number>, channels: 1 | 3): Uint8ClampedArray<ArrayBuffer> {
  const pixels = rgba.length / 4;
  const bytes = new Uint8ClampedArray(channels * pixels);
  const colour = new Uint8ClampedArray(3); // rounds
  for (let i = 0; i < pixels; i++) {
    const alpha = (rgba[4 * i + 3] as number) / 255;
    for (let c = 0; c < 3; c++) colour[c] = (rgba[4 * i + c] as number) * alpha + 255 * (1 - alpha);
    if (channels === 3) bytes.set(colour, 3 * i);
    else bytes[i] = luma(colour[0] as number, colour[1] as number, colour[2] as number);
  }
  return bytes;
}
