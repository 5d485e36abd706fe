import { expect, it } from 'vitest';
import { summarize } from './statistics';

it('median and deciles of 0 … 10 in any order', () => {
  expect(summarize([10, 0, 9, 1, 8, 2, 7, 3, 6, 4, 5])).toEqual({ median: 5, p10: 1, p90: 9 });
});

it('between two values it is linear', () => {
  expect(summarize([1, 2]).median).toBe(1.5);
});
