import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { createTrainer, type LossParts, type StepDetails } from '../src/index';
import { dataset, model, noiseProcess, numbersOf, TIMESTEPS } from './helpers';
import { tinyModel } from './tiny-model';

beforeAll(() => tf.setBackend('cpu'));

const images = dataset();
const base = { process: noiseProcess, seed: 1, batchSize: 4, labelDropoutPer: 'sample', labelDropout: 0.5 } as const;

/** Trains, and asks after each step what the next one's loss is made of. */
async function follow(trainer: ReturnType<typeof createTrainer>, steps: number) {
  const parts: LossParts[] = [await trainer.lossParts(images)];
  const details: StepDetails[] = [];
  await trainer.fit(images, {
    steps,
    callbacks: { onStep: (record) => void details.push(record) },
    every: [{ steps: 1, run: async () => void parts.push(await trainer.lossParts(images)) }],
  });
  return { parts: parts.slice(0, steps), details };
}

const meanSquare = ({ target, output }: LossParts) =>
  target.reduce((sum, value, i) => sum + (value - output[i]) ** 2, 0) / target.length;

describe.each(['epsilon', 'x0', 'v'] as const)('with the prediction %s', (prediction) => {
  it('it is what the next step computes for its first image', async () => {
    const trainer = createTrainer({ ...base, prediction, model: model() });
    const { parts, details } = await follow(trainer, 7); // more than an epoch
    expect(parts.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    // Sums of float32 in another order.
    for (const [i, { loss, time }] of parts.entries()) {
      expect(Math.abs(loss / details[i].imageLosses[0] - 1)).toBeLessThan(1e-5);
      expect(time).toBe(details[i].timesteps[0]);
    }
    expect(new Set(parts.map(({ label }) => label)), 'some labels are dropped').toContain(-1);
  });

  it('the picture that is seen is a sum of image and noise, and the loss the mean of the squared difference', async () => {
    const trainer = createTrainer({ ...base, prediction, model: model() });
    const parts = await trainer.lossParts(images);
    const { x0, eps, xt, input, target, loss } = parts;
    expect(parts.prediction).toBe(prediction);
    const apart = (a: ArrayLike<number>, b: (i: number) => number) =>
      Math.max(...Array.from(a, (value, i) => Math.abs(value - b(i))));
    expect(apart(xt, (i) => input.x0 * x0[i] + input.eps * eps[i])).toBeLessThan(1e-6);
    expect(input.x0 ** 2 + input.eps ** 2).toBeCloseTo(1, 12);
    // Salimans & Ho 2022: v = α·ε − σ·x0.
    const wanted = {
      epsilon: (i: number) => eps[i],
      x0: (i: number) => x0[i],
      v: (i: number) => input.x0 * eps[i] - input.eps * x0[i],
    };
    expect(apart(target, wanted[prediction])).toBeLessThan(1e-6);
    expect(Math.abs(meanSquare(parts) / loss - 1)).toBeLessThan(1e-5);
  });
});

it('a weighting counts', async () => {
  const of = (weighting: object) => createTrainer({ ...base, ...weighting, model: model() }).lossParts(images);
  const [plain, weighted] = [await of({}), await of({ weighting: () => 3 })];
  expect(weighted.loss / plain.loss).toBeCloseTo(3, 5);
});

it('of a network that learns its variance the first channels are shown', async () => {
  const learning = tinyModel({ timesteps: TIMESTEPS, learnsVariance: true });
  const trainer = createTrainer({ ...base, variance: { type: 'learned-range' }, model: learning });
  const { output, target } = await trainer.lossParts(images);
  expect(output).toHaveLength(target.length);
});

it('it changes nothing, and leaves no tensor behind', async () => {
  const [watched, alone] = [createTrainer({ ...base, model: model() }), createTrainer({ ...base, model: model() })];
  await follow(watched, 5);
  await alone.fit(images, { steps: 5 });
  expect(numbersOf(watched)).toEqual(numbersOf(alone));
  const before = tf.memory().numTensors;
  await watched.lossParts(images);
  expect(tf.memory().numTensors).toBe(before);
});
