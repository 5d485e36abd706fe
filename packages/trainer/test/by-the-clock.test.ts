import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';
import { createTrainer, memoryStore, type TrainerOptions } from '../src/index';
import { dataset, model, noiseProcess } from './helpers';

beforeAll(() => tf.setBackend('cpu'));

/** A trainer whose steps take what time they like, and what its schedule was told in each. */
function trainedByClock(learningRateSchedule?: TrainerOptions['learningRateSchedule']) {
  let milliseconds = 0;
  const told: { step: number; length: number; at: number }[] = [];
  const spy = (step: number, length: number) => {
    told.push({ step, length, at: milliseconds });
    return 1;
  };
  const trainer = createTrainer({
    ...{ process: noiseProcess, seed: 1, batchSize: 4, model: model(), learningRate: 1e-2 },
    learningRateSchedule: learningRateSchedule ?? { name: 'spy', use: spy },
  });
  const slow = [700, 1300, 400, 2600]; // milliseconds of steps, in turn
  return {
    ...{ trainer, told },
    control: {
      clock: () => milliseconds,
      callbacks: {
        onStep({ step }: { step: number }) {
          milliseconds += slow[step % slow.length] as number;
        },
      },
    },
  };
}

it('seconds alone are the length of a run: the share that is done is that of the time, however fast steps are', async () => {
  const { trainer, told, control } = trainedByClock();
  const { status, step } = await trainer.fit(dataset(), { seconds: 30, ...control });
  expect(status).toBe('finished');
  expect(step).toBeGreaterThan(20);
  expect(told[0]).toMatchObject({ step: 0, length: Infinity });
  for (const { step, length, at } of told.slice(1)) {
    expect(step / Math.max(step, length)).toBeCloseTo(Math.min(1, at / 30_000), 10);
  }
  expect(trainer.progress.seconds).toBeGreaterThanOrEqual(30);
});

it('a learning rate that falls with the run has fallen to next to nothing when the time is up', async () => {
  const { trainer, control } = trainedByClock({ type: 'cosine' });
  const { losses } = await trainer.fit(dataset(), { seconds: 30, ...control });
  const rates = losses.map(({ learningRate }) => learningRate);
  expect(rates[0]).toBe(1e-2);
  expect(rates).toEqual(rates.toSorted((a, b) => b - a));
  // Steps are told, and take their time, one later: the last rate is that of at most two steps of 2.6 s before the end.
  expect(rates.at(-1)).toBeLessThanOrEqual((1e-2 * (1 + Math.cos(Math.PI * (1 - 5.2 / 30)))) / 2);
});

it('a run that goes on from a checkpoint goes on in its time', async () => {
  const store = memoryStore();
  const first = trainedByClock();
  const controller = new AbortController();
  const { callbacks, clock } = first.control;
  const onStep = (record: { step: number }) => {
    callbacks.onStep(record);
    if (record.step === 8) controller.abort();
  };
  const checkpoints = { store };
  await first.trainer.fit(dataset(), {
    seconds: 30,
    clock,
    callbacks: { onStep },
    checkpoints,
    signal: controller.signal,
  });
  const { seconds: before = 0 } = first.trainer.progress;
  expect(before).toBeGreaterThan(5);
  const second = trainedByClock();
  await second.trainer.resume(store);
  expect(second.trainer.progress.seconds).toBe(before);
  await second.trainer.fit(dataset(), { seconds: 30 - before, ...second.control });
  for (const { step, length, at } of second.told) {
    expect(step / Math.max(step, length)).toBeCloseTo(Math.min(1, (before + at / 1000) / 30), 10);
  }
});

it('beside steps or epochs, seconds end this call and nothing else: the schedule spans the steps', async () => {
  const { trainer, told, control } = trainedByClock();
  await trainer.fit(dataset(), { steps: 500, seconds: 10, ...control });
  expect(told.every(({ length }) => length === 500)).toBe(true);
  expect(trainer.progress.seconds).toBeUndefined();
});

it('no length at all is refused', async () => {
  const { trainer } = trainedByClock();
  await expect(trainer.fit(dataset(), {})).rejects.toThrow('or `seconds` alone');
});
