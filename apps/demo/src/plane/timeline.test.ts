import { expect, test } from 'vitest';
import { noiseSchedule } from '../forward/noise-schedules';
import { levelAt, timeOf } from './timeline';

const schedule = noiseSchedule('cosine', false);

test("whole t have the schedule's levels, t = 0 is the data", () => {
  expect(levelAt(schedule, 0)).toEqual({ alpha: 1, sigma: 0 });
  for (const t of [1, 2, 500, 1000]) {
    const { alpha, sigma } = levelAt(schedule, t);
    expect(alpha ** 2).toBeCloseTo(schedule.alphaBars[t - 1] as number, 12);
    expect(alpha ** 2 + sigma ** 2).toBeCloseTo(1, 12);
  }
});

test('the t of a level is where it came from, however x is scaled', () => {
  for (const t of [0, 0.25, 1, 17.5, 500, 999.75, 1000]) {
    const { alpha, sigma } = levelAt(schedule, t);
    expect(timeOf(schedule, { alpha: 3 * alpha, sigma: 3 * sigma })).toBeCloseTo(t, 8);
  }
});
