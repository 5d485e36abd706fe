import type { Interval } from '@denoiser/trainer';
import { expect, test } from 'vitest';
import { createForecast, wholeRun } from './forecast';
import { affordable, occurrences } from './intervals';

const length = (steps: number, stepsPerEpoch: number) => ({ steps, stepsPerEpoch });

test('an interval comes round with its steps, its epochs and at the end', () => {
  const run = length(100, 8);
  expect(occurrences({ steps: 10 }, 0, 100, run)).toBe(10);
  expect(occurrences({ steps: 30 }, 0, 100, run)).toBe(4); // 30, 60, 90, the end
  expect(occurrences({ steps: 30 }, 30, 90, run)).toBe(2);
  expect(occurrences({ epochs: 2 }, 0, 100, run)).toBe(7);
  expect(occurrences({}, 0, 99, run)).toBe(0);
  expect(occurrences({}, 99, 100, run)).toBe(1);
  expect(occurrences({ steps: 10 }, 100, 100, run)).toBe(0);
});

test('what is done by default costs at most a twentieth of what the steps take, but for the end', () => {
  for (const cost of [0.01, 0.3, 2, 30, 400]) {
    for (const step of [0.02, 0.5, 15]) {
      for (const perEpoch of [1, 7, 600]) {
        const run = length(3000, perEpoch);
        const times = occurrences(affordable(cost, step, run), 0, 2999, run);
        expect(times * cost, `${cost} ${step} ${perEpoch}`).toBeLessThanOrEqual((3000 * step) / 20);
      }
    }
  }
  // As often as every epoch, and never seldom where power may fail.
  expect(affordable(0.01, 1, length(1000, 10))).toEqual({ epochs: 1 });
  expect(affordable(1, 2, length(100_000, 5000))).toEqual({ steps: 450 });
  // A few photos, a few steps: at the end alone.
  expect(affordable(25, 5, length(6, 1))).toEqual({});
});

/** A run whose steps, grids and checkpoints take so long; gives forecasts beside what was really left. */
function simulate(real: { step: number; grid: number; checkpoint: number }, o: Parameters<typeof createForecast>[0]) {
  let time = 0;
  const forecast = createForecast({ ...o, now: () => 1000 * time });
  const told: { step: number; left: number; at: number }[] = [];
  const isDue = (interval: Interval, step: number) => occurrences(interval, step - 1, step, o.length) > 0;
  for (let step = o.first + 1; step <= o.length.steps; step++) {
    const seconds = real.step * (1 + 0.3 * Math.sin(step));
    time += seconds;
    forecast.step(step, seconds);
    told.push({ step, left: forecast.secondsLeft(), at: time });
    if (isDue(o.grids, step)) {
      time += real.grid;
      forecast.grid(real.grid);
    }
    if (isDue(o.checkpoints, step)) time += real.checkpoint;
  }
  return told.map(({ step, left, at }) => ({ step, left, really: time - at }));
}

test('the time left is right within a quarter from a tenth of the way on, grids and checkpoints included', () => {
  const real = { step: 1, grid: 30, checkpoint: 2 };
  const worth = { grid: 20, checkpoint: 3 };
  const runs = [
    { length: length(200, 10), first: 0, grids: { epochs: 1 }, checkpoints: { steps: 25 }, costs: real, worth },
    { length: length(200, 10), first: 0, grids: {}, checkpoints: {}, costs: { ...real, grid: 36 }, worth },
    // Resumed: nothing is known before, but what has been seen on the way.
    { length: length(200, 10), first: 50, grids: { epochs: 1 }, checkpoints: { epochs: 1 }, worth },
    {
      length: length(6, 1),
      first: 0,
      grids: { epochs: 1 },
      checkpoints: { epochs: 1 },
      costs: { ...real, grid: 25 },
      worth,
    },
  ];
  for (const run of runs) {
    const tenth = run.first + (run.length.steps - run.first) / 10;
    for (const { step, left, really } of simulate(real, run)) {
      if (step < tenth) continue;
      const bound = 0.25 * really + 2; // a checkpoint more or less
      expect(Math.abs(left - really), `step ${step}: ${left} and ${really}`).toBeLessThan(bound);
    }
  }
});

test('a limit of time ends the forecast, too; a whole run is the sum of its parts', () => {
  const run = { length: length(100, 10), grids: { epochs: 5 }, checkpoints: { steps: 40 } };
  const costs = { step: 2, grid: 10, checkpoint: 1 };
  expect(wholeRun(costs, run)).toBe(200 + 20 + 3);
  let time = 0;
  const forecast = createForecast({
    ...run,
    first: 0,
    costs,
    worth: { grid: 1, checkpoint: 1 },
    limit: 60,
    now: () => time,
  });
  time = 20_000;
  forecast.step(10, 2);
  expect(forecast.secondsLeft()).toBe(40);
});

test('of a run by the clock what is left is the rest of its time, whatever its steps take', () => {
  let time = 0;
  const forecast = createForecast({
    ...{ length: length(10, 5), first: 0, grids: {}, checkpoints: {}, worth: { grid: 1, checkpoint: 1 } },
    ...{ limit: 60, isByTime: true, now: () => 1000 * time },
  });
  for (const seconds of [1, 5, 30]) {
    time += seconds;
    forecast.step(12, seconds);
  }
  expect(forecast.secondsLeft()).toBe(24);
});
