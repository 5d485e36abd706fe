type Images = { bytes: ArrayLike<number>; count: number; height: number; width: number; channels: number };
type Layout = { columns: number; padding: number; scale: number };

/** Places images in rows on black, each pixel as a square of `scale` pixels, with `padding` between and around them. */
export function layOut(
  { bytes, count, height, width, channels }: Images,
  { columns, padding, scale }: Layout,
): { bytes: Uint8Array; width: number; height: number } {
  const across = Math.min(columns, count);
  const down = Math.ceil(count / across);
  const gridWidth = across * (width * scale + padding) + padding;
  const gridHeight = down * (height * scale + padding) + padding;
  const grid = new Uint8Array(gridHeight * gridWidth * channels);
  for (let image = 0; image < count; image++) {
    const left = padding + (image % across) * (width * scale + padding);
    const top = padding + Math.floor(image / across) * (height * scale + padding);
    for (let y = 0; y < height * scale; y++) {
      let to = ((top + y) * gridWidth + left) * channels;
      const row = (image * height + Math.floor(y / scale)) * width;
      for (let x = 0; x < width * scale; x++) {
        const from = (row + Math.floor(x / scale)) * channels;
        for (let c = 0; c < channels; c++) grid[to++] = bytes[from + c];
      }
    }
  }
  return { bytes: grid, width: gridWidth, height: gridHeight };
}
