import { expect, test } from 'vitest';
import { normalQuantile } from './normal-quantile';

test.each([
  [0.5, 0],
  [0.975, 1.959963984540054],
  [0.1, -1.2815515655446004],
  [0.001, -3.0902323061678132],
])('a share of %f of the normal numbers lies below %f', (p, z) => {
  expect(normalQuantile(p)).toBeCloseTo(z, 12);
});
