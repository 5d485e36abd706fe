/**
 * Values as RGBA bytes: −1 is 0, 1 is 255, beyond is cut off.
 *
 * @param values [n, 1 or 3] of any number of pixels.
 */
export function toRgba(values: ArrayLike<number>, channels: number): Uint8ClampedArray<ArrayBuffer> {
  const pixels = values.length / channels;
  const rgba = new Uint8ClampedArray(4 * pixels);
  for (let i = 0; i < pixels; i++) {
    for (let c = 0; c < 3; c++)
      rgba[4 * i + c] = ((values[channels * i + (channels === 1 ? 0 : c)] as number) + 1) * 127.5;
    rgba[4 * i + 3] = 255;
  }
  return rgba;
}

/**
 * RGBA bytes as bytes of 3 colours, or of one grey (ITU-R BT.601 luma), on white where they are transparent.
 *
 * @returns [pixels, channels].
 */
export function fromRgba(rgba: ArrayLike<number>, channels: 1 | 3): Uint8ClampedArray<ArrayBuffer> {
  const pixels = rgba.length / 4;
  const bytes = new Uint8ClampedArray(channels * pixels);
  for (let i = 0; i < pixels; i++) {
    const alpha = (rgba[4 * i + 3] as number) / 255;
    const onWhite = (c: number) => (rgba[4 * i + c] as number) * alpha + 255 * (1 - alpha);
    if (channels === 1) bytes[i] = 0.299 * onWhite(0) + 0.587 * onWhite(1) + 0.114 * onWhite(2);
    else for (let c = 0; c < 3; c++) bytes[3 * i + c] = onWhite(c);
  }
  return bytes;
}
