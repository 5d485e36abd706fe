import { type NoiseSource, philoxNoise } from '@denoiser/samplers';
import { concat, dispose, type Tensor4D, tile } from '@tensorflow/tfjs-core';

/**
 * Returns noise that neighbours share: images 0 … `across` − 1 all have that of image 0 of `seed`, the next `across` that of
 * image 0 of `seed` + 1, and so on. In samplers that add noise, they share that, too.
 */
export const sharedNoise =
  (seed: number, across: number): NoiseSource =>
  (request) => {
    const shape = [1, ...request.shape.slice(1)];
    const rows = runsOf(request.indices.map((index) => Math.floor(index / across)));
    const noises = rows.map(({ value: row, length }) => {
      const one = philoxNoise(seed + row)({ ...request, shape, indices: [0] }) as Tensor4D; // [1, H, W, C]
      const many = tile(one, [length, 1, 1, 1]);
      one.dispose();
      return many;
    });
    const noise = concat(noises); // [B, H, W, C]
    dispose(noises);
    return noise;
  };

/** Returns equal values that stand next to each other as one, with how many they are. */
function runsOf(values: readonly number[]): { readonly value: number; length: number }[] {
  const runs: { readonly value: number; length: number }[] = [];
  for (const value of values) {
    const last = runs.at(-1);
    if (last?.value === value) last.length++;
    else runs.push({ value, length: 1 });
  }
  return runs;
}
