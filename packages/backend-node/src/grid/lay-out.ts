import { type PictureLayout, sizeOf } from '../png/picture-info';

/** Returns the bytes of a picture of this layout, [height, width, C]. */
export function layOut(bytes: ArrayLike<number>, layout: PictureLayout): Uint8Array {
  const { count, columns, padding, scale, imageShape } = layout;
  const [height, width, channels] = imageShape;
  const across = Math.min(columns, count);
  const size = sizeOf(layout);
  const grid = new Uint8Array(size.height * size.width * channels);
  for (let image = 0; image < count; image++) {
    const left = padding + (image % across) * (width * scale + padding);
    const top = padding + Math.floor(image / across) * (height * scale + padding);
    for (let y = 0; y < height * scale; y++) {
      let to = ((top + y) * size.width + left) * channels;
      const row = (image * height + Math.floor(y / scale)) * width;
      for (let x = 0; x < width * scale; x++) {
        const from = (row + Math.floor(x / scale)) * channels;
        for (let c = 0; c < channels; c++) grid[to++] = bytes[from + c];
      }
    }
  }
  return grid;
}
