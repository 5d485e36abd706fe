import { DenoiserError } from '@denoiser/ops';
import type { PlannedBatch } from './batch-plan';
import type { ImageDataset } from './types';

/** A batch in plain memory: pixels [B, H, W, C] in one array, labels [B]. */
export type Batch = PlannedBatch & {
  pixels: Float32Array;
  shape: [batch: number, height: number, width: number, channels: number];
  labels: Int32Array;
};

/** Reads the images of one planned batch, side by side. */
export async function readBatch(dataset: ImageDataset, plan: PlannedBatch): Promise<Batch> {
  const [height, width, channels] = dataset.imageShape;
  const size = height * width * channels;
  const images = await Promise.all(Array.from(plan.indices, (index) => dataset.read(index, plan.epoch)));
  const pixels = new Float32Array(images.length * size);
  images.forEach((image, i) => {
    if (image.pixels.length !== size) {
      throw new DenoiserError(
        'dataset-shape',
        `Image ${plan.indices[i]} of the dataset has ${image.pixels.length} values, not the ${size} of ${height}×${width}×${channels}; make every image of that size.`,
      );
    }
    pixels.set(image.pixels, i * size);
  });
  return {
    ...plan,
    pixels,
    shape: [images.length, height, width, channels],
    labels: Int32Array.from(images, (image) => image.label),
  };
}
