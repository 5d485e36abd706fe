import type { Tensor4D } from '@tensorflow/tfjs-core';
import { WebError } from '../errors';
import type { CanvasId } from '../protocol/drawing';

/** Canvases that the page has handed over. */
export interface Canvases {
  attach(canvas: OffscreenCanvas): CanvasId;
  detach(id: CanvasId): void;
  /**
   * Shows images [B, H, W, 1 or 3] in [−1, 1] as a grid.
   *
   * @throws DenoiserError (`canvas-missing`) where none has this id.
   */
  draw(id: CanvasId, images: Tensor4D, columns?: number): Promise<void>;
}

/** Makes a picture of a tensor of images [B, H, W, C], in `columns` columns. */
export type DrawGrid = (images: Tensor4D, columns: number) => Promise<ImageBitmap>;

/**
 * Canvases that show bitmaps. What makes the bitmaps may change from picture to picture, as the device does, while a canvas
 * is bound to one kind of context for its life.
 */
export function createCanvases(drawGrid: DrawGrid): Canvases {
  const canvases = new Map<CanvasId, { canvas: OffscreenCanvas; context: ImageBitmapRenderingContext }>();
  let last = 0;
  return {
    attach(canvas) {
      const context = canvas.getContext('bitmaprenderer');
      if (!context) {
        throw new WebError(
          'canvas-missing',
          'The canvas was drawn to before it was handed over: hand over a fresh one.',
        );
      }
      canvases.set(++last, { canvas, context });
      return last;
    },
    detach: (id) => void canvases.delete(id),
    async draw(id, images, columns = Math.ceil(Math.sqrt(images.shape[0]))) {
      const target = canvases.get(id);
      if (!target) throw new WebError('canvas-missing', `There is no canvas ${id}: attach it first.`);
      const bitmap = await drawGrid(images, Math.min(columns, images.shape[0]));
      Object.assign(target.canvas, { width: bitmap.width, height: bitmap.height });
      target.context.transferFromImageBitmap(bitmap);
    },
  };
}
