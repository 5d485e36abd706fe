import type { Tensor4D } from '@tensorflow/tfjs-core';
import { toRgba } from '../images/pixels';
import { paintGrid } from './paint-grid';

/** Draws a grid of images [B, H, W, C] by way of main memory. */
export async function drawOnCpu(images: Tensor4D, columns: number): Promise<ImageBitmap> {
  const [count, height, width, channels] = images.shape;
  const pixels = toRgba(await images.data<'float32'>(), channels);
  const canvas = new OffscreenCanvas(1, 1);
  paintGrid(canvas, { pixels, height, width }, { columns, count });
  return canvas.transferToImageBitmap();
}
