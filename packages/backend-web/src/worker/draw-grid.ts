import type { Tensor4D } from '@tensorflow/tfjs-core';
import type { SelectedDevice } from '../device/select-device';
import { drawOnCpu } from '../draw/draw-on-cpu';

/** A picture of images [B, H, W, C] in `columns` columns, made on the device that they are on. */
export async function drawGrid(_device: SelectedDevice, images: Tensor4D, columns: number): Promise<ImageBitmap> {
  return drawOnCpu(images, columns);
}
