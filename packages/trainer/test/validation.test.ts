import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { createTrainer, memoryStore, type TrainerOptions, type ValidationRecord } from '../src/index';
import { dataset, model, noiseProcess, numbersOf } from './helpers';

const create = (over: Partial<TrainerOptions> = {}) =>
  createTrainer({
    model: model(),
    process: noiseProcess,
    seed: 1,
    batchSize: 4,
    learningRate: 0.05,
    ema: { decay: 0.5, startStep: 0 },
    ...over,
  });
const held = dataset(7);

const records = async (over: Partial<TrainerOptions> = {}, steps = 6, images?: number) => {
  const told: ValidationRecord[] = [];
  const trainer = create(over);
  await trainer.fit(dataset(), {
    steps,
    validation: { dataset: held, every: { steps: 2, epochs: 1 }, ...(images !== undefined && { images }) },
    callbacks: { onValidation: (record) => void told.push(record) },
  });
  return { told, trainer };
};

beforeAll(() => tf.setBackend('cpu'));

describe('the validation loss', () => {
  it('is told when it is due, and falls as the network learns', async () => {
    const { told } = await records({}, 60);
    expect(told.slice(0, 3).map(({ step, epochsDone }) => [step, epochsDone])).toEqual([
      [2, 0],
      [3, 1],
      [4, 1],
    ]);
    expect(told.at(-1)?.loss).toBeLessThan(told[0].loss / 2);
  });

  it('depends on the weights alone: the same in another batch size, and at every time', async () => {
    const still = { learningRate: 1e-30, weightDecay: 0 };
    const { told } = await records(still);
    const [first] = told;
    for (const { loss, emaLoss } of told) expect([loss, emaLoss]).toEqual([first.loss, first.loss]);
    const { told: others } = await records({ ...still, microBatchSize: 3, offsetNoise: 0.5, labelDropout: 1 });
    expect(Math.abs(others[0].loss - first.loss)).toBeLessThan(1e-6);
    const { told: fewer } = await records(still, 2, 3);
    expect(fewer[0].loss).not.toBe(first.loss);
  });

  it('needs images', async () => {
    const validation = { dataset: dataset(0) };
    await expect(create().fit(dataset(), { steps: 1, validation })).rejects.toMatchObject({ code: 'dataset-empty' });
  });

  it('changes nothing of the training, and leaves no tensor behind', async () => {
    const before = tf.memory().numTensors;
    const { trainer } = await records();
    const plain = create();
    await plain.fit(dataset(), { steps: 6 });
    expect(numbersOf(trainer)).toEqual(numbersOf(plain));
    for (const each of [trainer, plain]) {
      each.dispose();
      for (const variable of each.model.parameters.values()) variable.dispose();
    }
    expect(tf.memory().numTensors).toBe(before);
  });

  it('chooses the best checkpoint, over a resume as well', async () => {
    const run = async (stops: number[]) => {
      const [store, best] = [memoryStore(), memoryStore({ keep: 1 })];
      const told: ValidationRecord[] = [];
      for (const [i, steps] of stops.entries()) {
        // A learning rate at which the loss goes up and down.
        const trainer = create({ learningRate: 0.6 });
        if (i > 0) await trainer.resume(store);
        await trainer.fit(dataset(), {
          steps,
          checkpoints: { store, best },
          validation: { dataset: held, every: { steps: 1 } },
          callbacks: { onValidation: (record) => void told.push(record) },
        });
      }
      const lowest = told.reduce((a, b) => (b.emaLoss < a.emaLoss ? b : a));
      expect(await best.list()).toEqual([lowest.step]);
      expect(told.filter(({ isBest }) => isBest).at(-1)).toBe(lowest);
      return told;
    };
    expect(await run([9, 20])).toEqual(await run([20]));
  });
});
