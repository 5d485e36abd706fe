import { describe, expect, it } from 'vitest';
import { expand, laplacianPyramid } from './laplacian-pyramid';
import { pyramidDescriptors, pyramidDistances } from './pyramid-distance';
import { createRandom } from './random';

const shape = [32, 64, 2] as const;
const size = 32 * 64 * 2;
const noise = (seed: number, count: number) => {
  const random = createRandom(seed);
  return Float64Array.from({ length: count * size }, () => random.normal());
};

describe('the Laplacian pyramid', () => {
  it('gives the image again', () => {
    const image = noise(1, 1);
    const levels = laplacianPyramid(image, shape);
    expect(levels.map(({ height, width }) => [height, width])).toEqual([
      [32, 64],
      [16, 32],
    ]);
    const [fine, coarse] = levels;
    if (!fine || !coarse) throw new Error('two levels');
    const enlarged = expand(coarse, 2);
    fine.pixels.forEach((value, i) => {
      expect(value + (enlarged[i] as number)).toBeCloseTo(image[i] as number, 12);
    });
  });

  it('of an even surface holds it in the coarsest level alone', () => {
    const image = Float64Array.from({ length: size }, (_, i) => (i % 2 === 0 ? 0.3 : -0.7));
    const [fine, coarse] = laplacianPyramid(image, shape);
    expect(Math.max(...(fine?.pixels ?? [1]).map(Math.abs))).toBeLessThan(1e-15);
    coarse?.pixels.forEach((value, i) => {
      expect(value).toBeCloseTo(i % 2 === 0 ? 0.3 : -0.7, 14);
    });
  });
});

describe('distances by level', () => {
  const options = { patchesPerImage: 16, projections: 16 };

  it('are 0 for a set and itself, and small images have one level', () => {
    const images = { data: noise(2, 3), shape };
    expect(pyramidDistances(images, images, options)).toEqual([
      { height: 32, width: 64, distance: 0 },
      { height: 16, width: 32, distance: 0 },
    ]);
    const small = { data: noise(2, 1).subarray(0, 64), shape: [8, 8, 1] as const };
    expect(pyramidDistances(small, small, options)).toEqual([{ height: 8, width: 8, distance: 0 }]);
  });

  it('find where images differ: a checkerboard on top shows in the fine level', () => {
    const [data, other] = [noise(3, 12), noise(4, 12)];
    const checkered = other.map((value, i) => {
      const pixel = Math.floor(i / 2);
      return value + ((Math.floor(pixel / 64) + pixel) % 2 === 0 ? 2 : -2);
    });
    const [same, changed] = [other, checkered].map((set) =>
      pyramidDistances({ data, shape }, { data: set, shape }, { ...options, patchesPerImage: 64 }).map(
        ({ distance }) => distance,
      ),
    ) as [number[], number[]];
    expect(changed[0]).toBeGreaterThan(2 * (same[0] as number));
    expect(changed[1]).toBeLessThan(1.5 * (same[1] as number));
  });

  it('come from patches whose channels have mean 0 and deviation 1', () => {
    const [fine] = pyramidDescriptors({ data: noise(5, 4).map((value, i) => value * (i % 2 ? 5 : 1)), shape }, options);
    expect(fine?.dimensions).toBe(7 * 7 * 2);
    for (const channel of [0, 1]) {
      const values = Array.from(fine?.data ?? []).filter((_, i) => i % 2 === channel);
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
      // Rounded to float32.
      expect(mean).toBeCloseTo(0, 6);
      expect(variance).toBeCloseTo(1, 6);
    }
  });

  it('refuse images of other shapes, and smaller than a patch', () => {
    const images = { data: noise(6, 1), shape };
    expect(() => pyramidDistances(images, { ...images, shape: [64, 32, 2] })).toThrow(/32×64×2.*64×32×2/);
    expect(() => pyramidDescriptors({ data: new Float64Array(16), shape: [4, 4, 1] })).toThrow(/Patches of 7 .* 4×4/);
  });
});
