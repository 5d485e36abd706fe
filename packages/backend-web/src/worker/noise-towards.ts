import { blendNoise, type NoiseSource, philoxNoise } from '@denoiser/samplers';
import { concat, dispose, type Tensor4D } from '@tensorflow/tfjs-core';

/** Noise of images each of which is `weights[i]` of the way from one seed to another, for every purpose. */
export function noiseTowards(from: number, to: number, weights: readonly number[]): NoiseSource {
  const [a, b] = [philoxNoise(from), philoxNoise(to)];
  return (request) => {
    const shape = [1, ...request.shape.slice(1)];
    const each = request.indices.map(
      (index, i) => blendNoise(a, b, weights[i] as number)({ ...request, shape, indices: [index] }) as Tensor4D,
    );
    const noise = concat(each); // [B, H, W, C]
    dispose(each);
    return noise;
  };
}
