import { expect, test } from 'vitest';
import { describePreflight } from './preflight';

const inAll = ({ side, baseWidth, hours }: { side: number; baseWidth: number; hours: number }) =>
  describePreflight(
    { parameters: 1, stateBytes: 1, peakBytes: 2, secondsPerStep: 1, imagesPerSecond: 1 },
    {
      device: { backend: 'cpu' },
      network: { type: 'original', baseWidth, timeDim: 256 },
      images: { length: 10, imageShape: [side, side, 3], isAugmented: false },
      processBytes: 1,
      whole: { steps: 100, seconds: hours * 3600 },
    },
  )['in all'];

test.each([
  { side: 64, baseWidth: 64, hint: 'quicker: --size 32 --base-width 32, fewer --steps' },
  { side: 64, baseWidth: 16, hint: 'quicker: --size 32, fewer --steps' },
  { side: 16, baseWidth: 64, hint: 'quicker: --base-width 32, fewer --steps' },
  { side: 16, baseWidth: 16, hint: 'quicker: fewer --steps' },
])('a long run of size $side and base width $baseWidth is told only what makes it quicker', ({ hint, ...sizes }) => {
  expect(inAll({ ...sizes, hours: 9 })).toContain(`included; ${hint}, or --minutes 30`);
});

test('a run of an afternoon is told nothing', () => {
  expect(inAll({ side: 64, baseWidth: 64, hours: 4 })).toMatch(/included$/);
});
