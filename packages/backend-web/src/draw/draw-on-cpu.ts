import type { Tensor4D } from '@tensorflow/tfjs-core';
import { toRgba } from '../images/pixels';
import { gridSize } from './grid-layout';

/** A grid of images [B, H, W, C] by way of main memory. */
export async function drawOnCpu(images: Tensor4D, columns: number): Promise<ImageBitmap> {
  const [count, height, width, channels] = images.shape;
  const rgba = toRgba(await images.data(), channels);
  const size = gridSize(count, columns, [height, width]);
  const canvas = new OffscreenCanvas(size.width, size.height);
  const context = canvas.getContext('2d') as OffscreenCanvasRenderingContext2D;
  const bytes = 4 * height * width;
  for (let i = 0; i < count; i++) {
    const pixels = new ImageData(rgba.subarray(i * bytes, (i + 1) * bytes), width, height);
    context.putImageData(pixels, (i % columns) * width, Math.floor(i / columns) * height);
  }
  return canvas.transferToImageBitmap();
}
