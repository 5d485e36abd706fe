import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';
import { createTrainer, memoryStore, type Occasion } from '../src/index';
import { dataset, model, noiseProcess } from './helpers';

beforeAll(() => tf.setBackend('cpu'));

const create = () => createTrainer({ process: noiseProcess, seed: 1, batchSize: 4, model: model() });
/** Three batches an epoch. */
const images = () => dataset(12);

/** The steps at which things happen in a training of `steps`. */
async function happenings(every: Omit<Occasion, 'run'>[], options: { steps: number; clock?: () => number }) {
  const seen: string[] = [];
  await create().fit(images(), {
    ...options,
    every: every.map((interval, i) => ({
      ...interval,
      run: ({ step, isEnd }) => void seen.push(`${'abc'[i]}${step}${isEnd ? '!' : ''}`),
    })),
  });
  return seen.join(' ');
}

it('things happen every so many steps or epochs, in their order, and at the end if they are to', async () => {
  expect(await happenings([{ steps: 4 }, { epochs: 1 }], { steps: 8 })).toBe('b3 a4 b6 a8!');
  expect(await happenings([{ steps: 3, epochs: 2 }, { atEnd: true }], { steps: 7 })).toBe('a3 a6 b7!');
  expect(await happenings([{ steps: 4, atEnd: true }, {}], { steps: 8 })).toBe('a4 a8!');
});

it('or so many seconds after the last time', async () => {
  let now = 0;
  const clock = () => now;
  const seen: number[] = [];
  await create().fit(images(), {
    steps: 10,
    clock,
    callbacks: {
      onStep: () => {
        now += 4000;
      },
    },
    every: [{ seconds: 10, run: ({ step }) => void seen.push(step) }],
  });
  expect(seen.length).toBeGreaterThan(1);
  for (const [i, step] of seen.entries()) expect(step - (seen[i - 1] ?? 0)).toBeGreaterThanOrEqual(3);
});

it('a step is reported before anything happens after it', async () => {
  const order: string[] = [];
  await create().fit(images(), {
    steps: 4,
    callbacks: { onStep: ({ step }) => void order.push(`step ${step}`) },
    every: [{ steps: 2, run: ({ step }) => void order.push(`after ${step}`) }],
  });
  expect(order).toEqual(['step 1', 'step 2', 'after 2', 'step 3', 'step 4', 'after 4']);
});

it('an interval of steps alone saves at those steps alone, and once at the end', async () => {
  const store = memoryStore({ keep: Infinity });
  await create().fit(images(), { steps: 10, checkpoints: { store, every: { steps: 4 } } });
  expect(await store.list()).toEqual([4, 8, 10]);
});

it('a checkpoint is written when something asks for one, and is there at the end of an aborted training', async () => {
  const store = memoryStore({ keep: Infinity });
  const controller = new AbortController();
  await create().fit(images(), {
    steps: 100,
    signal: controller.signal,
    checkpoints: { store, every: {} },
    every: [
      { steps: 5, run: ({ save }) => save() },
      { steps: 7, atEnd: true, run: () => controller.abort() },
    ],
  });
  expect(await store.list()).toEqual([5, 7]);
});

it('the mean loss is that of the epoch', async () => {
  const means: number[] = [];
  const { losses } = await create().fit(images(), {
    epochs: 2,
    every: [{ epochs: 1, run: ({ meanLoss }) => void means.push(meanLoss) }],
  });
  const meanOf = (from: number) => losses.slice(from, from + 3).reduce((sum, { loss }) => sum + loss, 0) / 3;
  expect(means).toEqual([meanOf(0), meanOf(3)]);
});

it('also at the end, where an epoch has just ended', async () => {
  let atEnd = Number.NaN;
  const run = ({ meanLoss }: { meanLoss: number }) => {
    atEnd = meanLoss;
  };
  const { losses } = await create().fit(images(), { epochs: 2, every: [{ atEnd: true, run }] });
  expect(atEnd).toBe(losses.slice(3).reduce((sum, { loss }) => sum + loss, 0) / 3);
});

it('an interval that never comes round is refused', async () => {
  const fit = (every: object) => create().fit(images(), { steps: 1, every: [{ ...every, run: () => {} }] });
  await expect(fit({ steps: 0 })).rejects.toThrow('`every.steps` must be a whole number of at least 1, not 0');
  await expect(fit({ epochs: 1.5 })).rejects.toThrow('`every.epochs`');
  await expect(fit({ seconds: -1 })).rejects.toThrow('`every.seconds` must be a number above 0');
});
