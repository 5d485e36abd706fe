import { expect, test } from 'vitest';
import { lossCurve, smooth } from './loss-curve';

const falling = Array.from({ length: 1000 }, (_, i) => ({ step: i + 1, loss: 1 / (1 + i / 50) }));

test('smoothing leaves a constant as it is, from the first point on', () => {
  const points = Array.from({ length: 50 }, (_, i) => ({ step: i, loss: 0.25 }));
  for (const { loss } of smooth(points, 10)) expect(loss).toBeCloseTo(0.25, 12);
});

test('smoothing takes most of the noise away', () => {
  const noisy = Array.from({ length: 400 }, (_, i) => ({ step: i, loss: 1 + (i % 2 === 0 ? 0.5 : -0.5) }));
  const middle = Math.sqrt(1.5 * 0.5);
  for (const { loss } of smooth(noisy, 40).slice(20, -20)) expect(Math.abs(loss / middle - 1)).toBeLessThan(0.02);
});

test('smoothing follows a loss that falls evenly, without lagging behind', () => {
  const even = Array.from({ length: 300 }, (_, i) => ({ step: i, loss: 0.98 ** i }));
  for (const { step, loss } of smooth(even, 50).slice(25, -25)) expect(loss / 0.98 ** step).toBeCloseTo(1, 9);
});

test('the curve has axes, dots and a line that goes down', () => {
  const svg = lossCurve(falling, 'Loss of <a & b>');
  expect(svg).toContain('>step</text>');
  expect(svg).toContain('&#60;a &#38; b&#62;');
  const heights = [...(/class="smoothed" d="([^"]+)"/.exec(svg)?.[1] ?? '').matchAll(/,([\d.]+)/g)].map((m) =>
    Number(m[1]),
  );
  expect(heights.length).toBeGreaterThan(100);
  expect(heights.at(-1)).toBeGreaterThan((heights[0] ?? 0) + 100);
  expect(svg).not.toMatch(/NaN|Infinity|undefined/);
});

test('the curve stays small however long the run', () => {
  const long = Array.from({ length: 200_000 }, (_, i) => ({ step: i + 1, loss: 0.03 + 0.01 * Math.sin(i) }));
  expect(lossCurve(long, 'long').length).toBeLessThan(150_000);
});

test.each([
  ['no step', []],
  ['one step', [{ step: 1, loss: 1 }]],
  ['equal losses', [1, 2, 3].map((step) => ({ step, loss: 0.5 }))],
  [
    'losses that are not finite',
    [
      { step: 1, loss: 1 },
      { step: 2, loss: Number.NaN },
      { step: 3, loss: Number.POSITIVE_INFINITY },
    ],
  ],
])('a curve of %s is a valid picture', (_, history) => {
  expect(lossCurve(history, 'short')).not.toMatch(/NaN|Infinity|undefined/);
});
