import { linearCombination } from '@denoiser/ops';
import type { NoiseSource } from './types';

/**
 * Returns noise between two sources: cos(πw/2)·a + sin(πw/2)·b, which is standard normal for every weight w in [0, 1];
 * 0 is a, 1 is b. Independent normals of many dimensions are all but orthogonal, so this is their spherical
 * interpolation.
 */
export function blendNoise(a: NoiseSource, b: NoiseSource, weight: number): NoiseSource {
  const angle = (Math.PI / 2) * weight;
  return (request) => {
    const [one, other] = [a(request), b(request)];
    const blend = linearCombination([one, other], [Math.cos(angle), Math.sin(angle)]);
    one.dispose();
    other.dispose();
    return blend;
  };
}
