import { expect, test } from 'vitest';
import { fewerSteps, placeOf } from './fewer-steps';
import { noiseSchedule } from './noise-schedules';

const linear = noiseSchedule('linear', false);

/** The share of steps at which β̃ is so far below β that it can be seen. */
const apart = (steps: number) => {
  const { posteriorVariances, betas } = fewerSteps(linear, steps);
  return betas.filter((beta, i) => (posteriorVariances[i] as number) < 0.95 * beta).length / steps;
};

test('β̃ is seen below β where few steps are taken, and nearly nowhere where all are', () => {
  expect(apart(1000)).toBeLessThan(0.05);
  expect(apart(20)).toBeGreaterThan(0.4);
  expect(fewerSteps(linear, 1000)).toBe(linear);
});

test('a time is at the last step that was taken by then', () => {
  const { timesteps } = fewerSteps(linear, 20); // 0, 50, … 950
  expect([0, 49, 50, 263, 999].map((t) => timesteps[placeOf(timesteps, t)])).toEqual([0, 0, 50, 250, 950]);
});
