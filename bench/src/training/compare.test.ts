import { expect, it } from 'vitest';
import { compareCurves, distance, firstApart } from './compare';

it('tells how far curves are apart, step by step and in the mean', () => {
  const { step, mean } = compareCurves([1.1, 0.9, 1, 1], [1, 1, 1, 1], 2);
  expect(step).toBeCloseTo(0.1, 12);
  expect(mean).toBeCloseTo(0, 12);
  expect(() => compareCurves([1], [1, 1], 2)).toThrow('1 and 2 steps');
});

it('finds the first step that is further apart than it may be', () => {
  const curve = (losses: number[]) => ({ losses, gradientNorms: [] });
  expect(firstApart(curve([1, 1, 1.2]), curve([1, 1, 1]), 0.1)).toBe(3);
  expect(firstApart(curve([1, 1.05]), curve([1, 1]), 0.1)).toBeNull();
});

it('measures pictures by the root mean square', () => {
  expect(distance(Float32Array.of(1, 0), Float32Array.of(0, 1))).toBe(1);
});
