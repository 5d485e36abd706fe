/** Pictures of one size, one after the other in RGBA bytes. */
export type Sheet = { readonly height: number; readonly width: number };

/** Draws pictures as a grid, every pixel as a square, with a line between two pictures. */
export function drawSheet(
  context: OffscreenCanvasRenderingContext2D,
  { height, width }: Sheet,
  pixels: Uint8ClampedArray<ArrayBuffer>,
  place: { indices: readonly number[]; columns: number; scale: number; left?: number },
): void {
  const { indices, columns, scale, left = 0 } = place;
  const picture = new OffscreenCanvas(width, height);
  const small = picture.getContext('2d') as OffscreenCanvasRenderingContext2D;
  const size = width * height * 4;
  context.imageSmoothingEnabled = false;
  indices.forEach((index, i) => {
    small.putImageData(new ImageData(pixels.subarray(index * size, (index + 1) * size), width), 0, 0);
    const x = left + (i % columns) * (width * scale + GAP);
    const y = Math.floor(i / columns) * (height * scale + GAP);
    context.drawImage(picture, x, y, width * scale, height * scale);
  });
}

export const GAP = 2;

/** Width and height of such a grid. */
export function sheetSize({ height, width }: Sheet, count: number, columns: number, scale: number): [number, number] {
  const rows = Math.ceil(count / columns);
  return [columns * (width * scale + GAP) - GAP, rows * (height * scale + GAP) - GAP];
}
