import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { createTrainer, memoryStore, readCheckpoint, type TrainerOptions } from '../src/index';
import { dataset, model, numbersOf, schedule } from './helpers';

const create = (over: Partial<TrainerOptions> = {}) =>
  createTrainer({ model: model(), schedule, seed: 1, batchSize: 4, ema: { decay: 0.5, startStep: 0 }, ...over });

const trained = async (over: Partial<TrainerOptions>) => {
  const trainer = create(over);
  await trainer.fit(dataset(), { steps: 5 });
  return numbersOf(trainer);
};

beforeAll(() => tf.setBackend('cpu'));

describe('a part of one’s own trains as ours of the same numbers', () => {
  it.each<[what: string, own: Partial<TrainerOptions>, ours: Partial<TrainerOptions>]>([
    [
      'a loss weighting',
      { weighting: (snr) => Math.min(snr, 0.5) / snr },
      { weighting: { type: 'min-snr', gamma: 0.5 } },
    ],
    [
      'a timestep sampler',
      { timesteps: (steps) => ({ draw: (u) => ({ t: 2 + Math.floor(u * (steps - 2)), weight: 1 }) }) },
      { timesteps: { type: 'uniform', first: 2 } },
    ],
    ['an EMA rule', { ema: () => 0.9 }, { ema: { type: 'decay', decay: 0.9, startStep: 0 } }],
    [
      'a learning-rate schedule',
      {
        learningRateSchedule: {
          type: 'ramp',
          length: 4,
          make:
            ({ length }: { length: number }) =>
            (step) =>
              Math.min(1, (step + 1) / length),
        },
      },
      { learningRateSchedule: { type: 'constant', warmup: 4 } },
    ],
  ])('%s', async (_, own, ours) => {
    const theirs = await trained(ours);
    expect(await trained(own)).toEqual(theirs);
    expect(await trained({})).not.toEqual(theirs);
  });
});

describe('a part of one’s own in a checkpoint', () => {
  const half = { type: 'half', share: 0.5, make: (o: { share: number }) => () => o.share };

  it('is there by its name and its JSON, and a resume with another says so', async () => {
    const store = memoryStore();
    await create({ weighting: half }).fit(dataset(), { steps: 2, checkpoints: { store } });
    const { state } = await readCheckpoint(store);
    expect(state.options.weighting).toEqual({ own: true, type: 'half', share: 0.5 });

    const warnings: string[] = [];
    const onWarning = (message: string) => void warnings.push(message);
    await create({ weighting: half, onWarning }).resume(store);
    expect(warnings).toEqual([]);
    await create({ weighting: { ...half, type: 'third' }, onWarning }).resume(store);
    expect(warnings).toEqual([expect.stringContaining('weighting.type has changed from "half" to "third"')]);
  });

  it('must not have a name of ours, nor come without its function', () => {
    expect(() => create({ weighting: { ...half, type: 'p2' } })).toThrow(
      'needs a name other than uniform, min-snr, p2.',
    );
    expect(() => create({ weighting: { type: 'half' } } as object)).toThrow('`weighting.type` is "half"');
  });

  it('is recorded by the name of a function', () => {
    function gentle() {
      return 0.5;
    }
    expect(create({ weighting: gentle }).options.weighting).toMatchObject({ own: true, type: 'gentle' });
  });
});
