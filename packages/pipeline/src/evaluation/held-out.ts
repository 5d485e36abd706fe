import { shortList } from '@denoiser/errors';
import { type ImageShape, normals, STREAMS } from '@denoiser/ops';
import type { ImageDataset } from '@denoiser/trainer';
import { epochPermutation } from '@denoiser/trainer/parts';
import { PipelineError } from '../errors';

/** Images in memory, values in [−1, 1], [count, H, W, C]. */
export interface ImageSet {
  readonly data: Float32Array;
  readonly count: number;
  readonly shape: ImageShape;
}

/** Images of a dataset that a model is measured on. */
export interface HeldOut extends ImageSet {
  /** Their numbers in the dataset. */
  readonly indices: readonly number[];
  /** The model's label of each; absent for a model without classes. */
  readonly labels?: readonly number[];
  /** How many there are in the dataset. */
  readonly total: number;
}

/**
 * Reads `count` images of a dataset that the seed chooses, or all. With classes, each has the model's label of its class's
 * name.
 *
 * @throws DenoiserError where the images are of another shape, or of a class that the model does not have.
 */
export async function readHeldOut(
  dataset: ImageDataset,
  options: {
    shape: ImageShape;
    classNames: readonly string[];
    count: number;
    seed: number;
    signal?: AbortSignal | undefined;
  },
): Promise<HeldOut> {
  const { shape, classNames, seed } = options;
  if (dataset.imageShape.join() !== shape.join()) {
    throw new PipelineError(
      'dataset-shape',
      `The images are ${dataset.imageShape.join('×')}, and the model's are ${shape.join('×')}; read them at that size.`,
    );
  }
  const conditional = classNames.length > 0;
  const found = dataset.classNames ?? [];
  const unknown = conditional ? found.find((name) => !classNames.includes(name)) : undefined;
  if (unknown !== undefined) {
    const known = `the model has the classes ${shortList(classNames)}`;
    throw new PipelineError('classes-differ', `The class ${unknown}: ${known}; rename it or leave it out.`);
  }
  const count = Math.min(options.count, dataset.length);
  const indices = Array.from(epochPermutation(seed, 0, dataset.length).subarray(0, count)).sort((a, b) => a - b);
  const size = shape.reduce((a, b) => a * b);
  const data = new Float32Array(count * size);
  const labels: number[] = [];
  for (const [i, index] of indices.entries()) {
    options.signal?.throwIfAborted();
    const { pixels, label } = await dataset.read(index, 0);
    data.set(pixels, i * size);
    labels.push(classNames.indexOf(found[label] ?? ''));
  }
  return { data, count, shape, indices, total: dataset.length, ...(conditional && { labels }) };
}

/** Returns the noise on images in evaluation, [B, …] flat: image and timestep decide it, whatever else is measured. */
export function evaluationNoise(seed: number, step: number, indices: readonly number[], size: number): Float64Array {
  const noise = new Float64Array(indices.length * size);
  indices.forEach((index, i) => {
    noise.set(normals({ seed, stream: STREAMS.evaluation, step, index, count: size }), i * size);
  });
  return noise;
}

/** Returns the parts of at most `size` in which `count` things are done. */
export function batches(count: number, size: number): (readonly [from: number, to: number])[] {
  return Array.from(
    { length: Math.ceil(count / size) },
    (_, i) => [i * size, Math.min(count, (i + 1) * size)] as const,
  );
}

/** A mean and its standard error. */
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
