import type { PlannedBatch } from './batch-plan';
import { TrainerError } from './errors';
import type { ImageDataset } from './types';

/** A batch in plain memory: pixels [B, H, W, C] in one array, labels [B]. */
export type Batch = PlannedBatch & {
  pixels: Float32Array;
  shape: [batch: number, height: number, width: number, channels: number];
  labels: Int32Array;
};

/** How far float32 arithmetic may carry a value beyond ±1. */
const SLACK = 1e-3;

/**
 * Reads the images of one planned batch, side by side, before the network sees any of it.
 *
 * @param checkLabels the network's own: throws for a class that it does not have
 * @throws DenoiserError `dataset-shape`, `dataset-pixels` or `dataset-labels`, naming the image.
 */
export async function readBatch(
  dataset: ImageDataset,
  plan: PlannedBatch,
  checkLabels?: (labels: ArrayLike<number>) => void,
): Promise<Batch> {
  const [height, width, channels] = dataset.imageShape;
  const size = height * width * channels;
  const images = await Promise.all(Array.from(plan.indices, (index) => dataset.read(index, plan.epochsDone)));
  const pixels = new Float32Array(images.length * size);
  images.forEach((image, i) => {
    if (image.pixels.length !== size) {
      throw new TrainerError(
        'dataset-shape',
        `Image ${plan.indices[i]} of the dataset has ${image.pixels.length} values, not the ${size} of ${height}×${width}×${channels}; make every image of that size.`,
      );
    }
    checkPixels(image.pixels, plan.indices[i] as number);
    checkLabel(image.label, plan.indices[i] as number, dataset, checkLabels);
    pixels.set(image.pixels, i * size);
  });
  return {
    ...plan,
    pixels,
    shape: [images.length, height, width, channels],
    labels: Int32Array.from(images, (image) => image.label),
  };
}

function checkPixels(pixels: ArrayLike<number>, index: number): void {
  for (let i = 0; i < pixels.length; i++) {
    const value = pixels[i] as number;
    if (value >= -1 - SLACK && value <= 1 + SLACK) continue;
    const advice = Number.isFinite(value) ? 'scale bytes by v / 127.5 − 1' : 'mend or leave out that image';
    throw new TrainerError(
      'dataset-pixels',
      `Image ${index} of the dataset has the value ${value}, where pixels lie in [−1, 1]; ${advice}.`,
    );
  }
}

function checkLabel(
  label: number,
  index: number,
  { classNames }: ImageDataset,
  checkLabels?: (labels: ArrayLike<number>) => void,
): void {
  const fail = (needed: string): never => {
    throw new TrainerError('dataset-labels', `Image ${index} of the dataset has the label ${label}; ${needed}.`);
  };
  if (!Number.isInteger(label) || label < -1) fail('labels are whole numbers from 0, or −1 for none');
  if (classNames && label >= classNames.length)
    fail(`its ${classNames.length} \`classNames\` end at ${classNames.length - 1}`);
  try {
    checkLabels?.([label]);
  } catch (error) {
    fail(error instanceof Error ? error.message.replace(/\.$/, '') : String(error));
  }
}
