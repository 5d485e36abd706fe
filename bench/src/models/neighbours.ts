import type { ImageDataset } from '@denoiser/trainer';

/** The nearest images of a dataset, nearest first. */
export interface Neighbours {
  readonly distances: readonly number[];
  readonly indices: readonly number[];
}

/**
 * Finds the `count` images of a dataset that are nearest to each of `pictures` [N, size], by the root mean square difference
 * of their pixels. An image that the dataset has several times counts once.
 */
export async function nearestIn(dataset: ImageDataset, pictures: Float32Array, count: number): Promise<Neighbours[]> {
  const size = dataset.imageShape.reduce((a, b) => a * b);
  const found = Array.from({ length: pictures.length / size }, () => [] as { distance: number; index: number }[]);
  for (let index = 0; index < dataset.length; index++) {
    const { pixels } = await dataset.read(index, 0);
    found.forEach((nearest, n) => {
      const furthest = nearest.length < count ? Number.POSITIVE_INFINITY : (nearest.at(-1)?.distance as number);
      const limit = furthest ** 2 * size;
      let sum = 0;
      for (let i = 0; i < size && sum < limit; i++) {
        sum += ((pixels[i] as number) - (pictures[n * size + i] as number)) ** 2;
      }
      const distance = Math.sqrt(sum / size);
      if (sum >= limit || nearest.some((other) => other.distance === distance)) return;
      nearest.push({ distance, index });
      nearest.sort((a, b) => a.distance - b.distance);
      nearest.splice(count);
    });
  }
  return found.map((nearest) => ({
    distances: nearest.map(({ distance }) => distance),
    indices: nearest.map(({ index }) => index),
  }));
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return ((sorted[(sorted.length - 1) >> 1] as number) + (sorted[sorted.length >> 1] as number)) / 2;
}
