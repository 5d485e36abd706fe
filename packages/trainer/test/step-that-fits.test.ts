import '@tensorflow/tfjs';
import { DenoiserError } from '@denoiser/errors';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { createTrainer, type TrainerOptions } from '../src/index';
import { dataset, model, noiseProcess, numbersOf } from './helpers';

/** Images that went through the network at once. */
let atOnce: number[];
/** So many the device has memory for; it says so when the work is done, as a graphics card does. */
let room: number;

beforeAll(() => tf.setBackend('cpu'));
beforeEach(() => {
  atOnce = [];
  Object.assign(tf.backend(), {
    async allocating(work: () => unknown) {
      const before = atOnce.length;
      const result = await work();
      if (Math.max(...atOnce.slice(before)) > room)
        throw new DenoiserError('out-of-memory', 'There is no memory left.');
      return result;
    },
  });
});
afterEach(() => void Reflect.deleteProperty(tf.backend(), 'allocating'));

function create(over: Partial<TrainerOptions> = {}) {
  const inner = model();
  const spied = {
    ...inner,
    denoiser: (...args: Parameters<typeof inner.denoiser>): ReturnType<typeof inner.denoiser> => {
      const predict = inner.denoiser(...args);
      return (x, ...rest) => {
        atOnce.push(x.shape[0]);
        return predict(x, ...rest);
      };
    },
  };
  return createTrainer({ model: spied, process: noiseProcess, seed: 3, batchSize: 5, ...over });
}

it('a step that does not fit is an error, and changes no weight', async () => {
  room = 4;
  const trainer = create();
  const before = numbersOf(trainer);
  await expect(trainer.fit(dataset(), { steps: 1 })).rejects.toMatchObject({ code: 'out-of-memory' });
  expect(numbersOf(trainer)).toEqual(before);
  expect(trainer.progress.step).toBe(0);
});

it('with `splitToFit` it is taken in parts that fit, and is the step of `microBatchSize`, bit for bit', async () => {
  room = 2;
  const warnings: string[] = [];
  const split = create({ splitToFit: true, onWarning: (sentence) => void warnings.push(sentence) });
  await split.fit(dataset(), { steps: 2 });
  expect(warnings).toEqual([
    expect.stringMatching(/no memory for 5 images at once, .+ parts of 3\.$/),
    expect.stringMatching(/no memory for 3 images at once, .+ parts of 2\.$/),
  ]);
  // Five and three are tried, then two; after that nothing is tried any more.
  expect(atOnce).toEqual([5, 3, 2, 2, 2, 1, 2, 2, 1, 2, 2, 1]);
  const parts = create({ microBatchSize: 2 });
  await parts.fit(dataset(), { steps: 2 });
  expect(numbersOf(split)).toEqual(numbersOf(parts));
});

it('one image that does not fit is an error', async () => {
  room = 0;
  await expect(create({ splitToFit: true }).fit(dataset(), { steps: 1 })).rejects.toMatchObject({
    code: 'out-of-memory',
  });
});

it('a preflight finds the parts for the run', async () => {
  room = 3;
  const trainer = create({ splitToFit: true });
  await trainer.preflight(dataset());
  atOnce = [];
  await trainer.fit(dataset(), { steps: 1 });
  expect(atOnce).toEqual([3, 2]);
});

it('a device that says at once what it lacks is not tried first', async () => {
  Reflect.deleteProperty(tf.backend(), 'allocating');
  await create().fit(dataset(), { steps: 1 });
  expect(atOnce).toEqual([5]);
});
