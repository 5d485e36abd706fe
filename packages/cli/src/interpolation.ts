import { blendNoise, type NoiseSource, philoxNoise } from '@denoiser/samplers';
import { concat, dispose, type Tensor4D } from '@tensorflow/tfjs-core';

/**
 * Noise of rows of `across` pictures that lead from seed `from` to seed `to`: the ends of row r are picture r of either
 * seed.
 */
export function rowsBetween([from, to]: readonly [number, number], across: number): NoiseSource {
  const [a, b] = [philoxNoise(from), philoxNoise(to)];
  return (request) => {
    const shape = [1, ...request.shape.slice(1)];
    const pictures = request.indices.map((index) => {
      const weight = across === 1 ? 0 : (index % across) / (across - 1);
      return blendNoise(a, b, weight)({ ...request, shape, indices: [Math.floor(index / across)] }) as Tensor4D;
    });
    const noise = concat(pictures);
    dispose(pictures);
    return noise;
  };
}
