import '@tensorflow/tfjs';
import { createSchedule } from '@denoiser/schedules';
import { enableProdMode, memory, mul, setBackend } from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { ddpmPlan, draw } from './draw';

beforeAll(async () => {
  enableProdMode();
  await setBackend('cpu');
});

const schedule = createSchedule({ type: 'linear', steps: 100 });
const times = (choice: { steps?: number; original: boolean }) =>
  ddpmPlan(schedule, { variance: 'posterior', clip: true, ...choice }).steps.map((step) => step.model?.time);

test('the usual count is T−1 … 0, the original T−1 … 1', () => {
  expect(times({ original: false })).toEqual(Array.from({ length: 100 }, (_, i) => 99 - i));
  expect(times({ original: true })).toEqual(Array.from({ length: 99 }, (_, i) => 99 - i));
});

test('a subset has as many steps as asked for and keeps both ends', () => {
  for (const steps of [2, 7, 50, 99]) {
    const usual = times({ steps, original: false });
    expect([usual.length, usual[0], usual.at(-1)]).toEqual([steps, 99, 0]);
    const original = times({ steps, original: true });
    expect([original.length, original[0], original.at(-1)]).toEqual([steps, 99, 1]);
  }
});

test('pictures are the same whatever the batch size, and leave no tensor behind', async () => {
  const common = {
    denoiser: (x: Parameters<typeof mul>[0]) => mul(x, 0.5) as never,
    plan: ddpmPlan(schedule, { variance: 'beta', steps: 5, clip: false, original: false }),
    imageShape: [8, 8, 3] as const,
    count: 5,
    guidance: 3,
    seed: 7,
  };
  const before = memory().numTensors;
  const counts: [number, number][] = [];
  const together = await draw({ ...common, batchSize: 5 });
  const apart = await draw({ ...common, batchSize: 2, onStep: (done, total) => counts.push([done, total]) });
  expect(apart).toEqual(together);
  expect(counts.at(-1)).toEqual([15, 15]);
  expect(memory().numTensors).toBe(before);
});
