import { describe, expect, it } from 'vitest';
import { fc } from '../../../tests/properties';
import { epochPermutation } from './epoch-permutation';

const seeds = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
const epochs = fc.integer({ min: 0, max: 2 ** 32 - 1 });

describe('epochPermutation', () => {
  it('has every image once, and is the same each time', () => {
    fc.assert(
      fc.property(seeds, epochs, fc.integer({ min: 0, max: 300 }), (seed, epoch, length) => {
        const order = epochPermutation(seed, epoch, length);
        expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length }, (_, i) => i));
        expect(epochPermutation(seed, epoch, length)).toEqual(order);
      }),
    );
  });

  it('differs between epochs and between seeds', () => {
    const order = epochPermutation(7, 0, 100);
    expect(epochPermutation(7, 1, 100)).not.toEqual(order);
    expect(epochPermutation(8, 0, 100)).not.toEqual(order);
  });

  it('puts each image in each place equally often', () => {
    const counts = Array.from({ length: 4 }, () => [0, 0, 0, 0]);
    const epochCount = 4000;
    for (let epoch = 0; epoch < epochCount; epoch++) {
      epochPermutation(1, epoch, 4).forEach((image, place) => {
        counts[image][place]++;
      });
    }
    // Binomial with p = 1/4: standard deviation √(n·3/16) ≈ 27; five of them.
    for (const count of counts.flat()) expect(Math.abs(count - epochCount / 4)).toBeLessThan(5 * 27.4);
  });
});
