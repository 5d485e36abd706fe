import { WebError } from '../errors';
import { gridSize } from './grid-layout';

/** Pictures of one size, RGBA bytes one after the other. */
export type RgbaPictures = {
  readonly pixels: Uint8ClampedArray<ArrayBuffer>;
  readonly height: number;
  readonly width: number;
};

/** Where pictures go in a grid: so many in a row, from place `first` on, in a canvas for `count` of them. */
export type GridPlaces = { readonly columns: number; readonly count: number; readonly first?: number };

/**
 * Paints pictures as a grid without gaps. The canvas takes the grid's size, if it has another.
 *
 * @throws DenoiserError (`canvas-taken`) where the canvas has a context of another kind.
 */
export function paintGrid(
  canvas: HTMLCanvasElement | OffscreenCanvas,
  { pixels, height, width }: RgbaPictures,
  { columns, count, first = 0 }: GridPlaces,
): void {
  const context = canvas.getContext('2d') as CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D | null;
  if (!context) {
    throw new WebError('canvas-taken', 'The canvas has a context of another kind than 2d: draw to another canvas.');
  }
  const size = gridSize(count, columns, [height, width]);
  if (canvas.width !== size.width || canvas.height !== size.height) Object.assign(canvas, size);
  const bytes = 4 * height * width;
  for (let i = 0; i * bytes < pixels.length; i++) {
    const place = first + i;
    const picture = new ImageData(pixels.subarray(i * bytes, (i + 1) * bytes), width, height);
    context.putImageData(picture, (place % columns) * width, Math.floor(place / columns) * height);
  }
}
