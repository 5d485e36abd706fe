/**
 * Returns the grey of a colour in bytes, by BT.601 as PIL's mode L and torchvision compute it: 0.299 R + 0.587 G + 0.114 B
 * in 16 bits of fraction, rounded.
 */
export const luma = (red: number, green: number, blue: number): number =>
  (19595 * red + 38470 * green + 7471 * blue + 32768) >> 16;

/** Returns colour bytes, three or four (RGBA) a pixel, as grey ones. */
export function greyOf(bytes: ArrayLike<number>, stride: 3 | 4 = 3): Uint8Array<ArrayBuffer> {
  const grey = new Uint8Array(bytes.length / stride);
  for (let i = 0, from = 0; i < grey.length; i++, from += stride) {
    grey[i] = luma(bytes[from] as number, bytes[from + 1] as number, bytes[from + 2] as number);
  }
  return grey;
}
