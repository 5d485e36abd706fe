import { openImageFolder } from '@denoiser/backend-node';
import { normals } from '@denoiser/ops';
import { epochPermutation } from '@denoiser/trainer';
import { CommandError } from '../errors';
import { shortList } from '../text';

export type ImageShape = readonly [height: number, width: number, channels: number];

/** Images in memory, values in [−1, 1], [count, H, W, C]. */
export interface ImageSet {
  readonly data: Float32Array;
  readonly count: number;
  readonly shape: ImageShape;
}

/** Images of a folder that a model is measured on. */
export interface HeldOut extends ImageSet {
  /** Their numbers in the folder. */
  readonly indices: readonly number[];
  /** The model's label of each; absent for a model without classes. */
  readonly labels?: readonly number[];
  /** How many there are in the folder. */
  readonly total: number;
}

/**
 * `count` images of a folder that the seed chooses, or all. With classes, each is labelled by the subfolder it lies in.
 *
 * @throws CommandError if a subfolder is no class of the model.
 */
export async function readHeldOut(
  folder: string,
  options: { shape: ImageShape; classNames: readonly string[]; count: number; seed: number },
): Promise<HeldOut> {
  const { shape, classNames, count: wanted, seed } = options;
  const [height, width, channels] = shape;
  if (channels !== 1 && channels !== 3) {
    throw new CommandError(
      'bad-source',
      `This network has pictures of ${channels} channels, and image files have 1 or 3; it cannot be compared with a folder.`,
    );
  }
  const conditional = classNames.length > 0;
  const { dataset, classNames: found } = await openImageFolder(folder, {
    size: [height, width],
    channels,
    conditional,
    augment: false,
    check: false,
  });
  const stranger = found.find((name) => !classNames.includes(name));
  if (stranger !== undefined) {
    const known = `the network has the classes ${shortList(classNames)}`;
    throw new CommandError('other-classes', `${folder}/${stranger}: ${known}; rename the subfolder or move it away.`);
  }
  const count = Math.min(wanted, dataset.length);
  const indices = Array.from(epochPermutation(seed, 0, dataset.length).subarray(0, count)).sort((a, b) => a - b);
  const size = height * width * channels;
  const data = new Float32Array(count * size);
  const labels: number[] = [];
  for (const [i, index] of indices.entries()) {
    const { pixels, label } = await dataset.read(index, 0);
    data.set(pixels, i * size);
    labels.push(classNames.indexOf(found[label] ?? ''));
  }
  return { data, count, shape, indices, total: dataset.length, ...(conditional && { labels }) };
}

/** Apart from those of `ops` and from inpainting's. */
const STREAM = 65;

/** The noise on images in evaluation: image and timestep decide it, whatever else is measured. [B, …] flat. */
export function evaluationNoise(seed: number, step: number, indices: readonly number[], size: number): Float64Array {
  const noise = new Float64Array(indices.length * size);
  indices.forEach((index, i) => {
    noise.set(normals({ seed, stream: STREAM, step, index, count: size }), i * size);
  });
  return noise;
}

/** The parts of at most `size` in which `count` things are done. */
export function batches(count: number, size: number): (readonly [from: number, to: number])[] {
  return Array.from(
    { length: Math.ceil(count / size) },
    (_, i) => [i * size, Math.min(count, (i + 1) * size)] as const,
  );
}

/** Mean and its standard error. */
export interface Estimate {
  readonly mean: number;
  /** null of a single value. */
  readonly standardError: number | null;
}

export function estimate(values: readonly number[]): Estimate {
  const n = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, standardError: n > 1 ? Math.sqrt(squares / (n - 1) / n) : null };
}
