import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { createTrainer, memoryStore, type TrainerOptions } from '../src/index';
import { dataset, model, noiseProcess, numbersOf } from './helpers';

beforeAll(() => tf.setBackend('cpu'));

const create = (over: Partial<TrainerOptions> = {}) =>
  createTrainer({ process: noiseProcess, seed: 1, batchSize: 4, ...over, model: model() });

async function trained(over: Partial<TrainerOptions>) {
  const trainer = create(over);
  await trainer.fit(dataset(), { steps: 4 });
  return numbersOf(trainer);
}

describe('a part of one’s own', () => {
  it('trains as the named one of the same numbers', async () => {
    const γ = 5;
    const minSnr = (snr: number) => Math.min(snr, γ) / snr; // Hang et al. 2023, for ε
    const half = (step: number) => (step < 2 ? (step + 1) / 2 : 1);
    const keep = () => 0.9;
    const uniform = (steps: number) => ({ draw: (u: number) => ({ t: 1 + Math.floor(u * (steps - 1)), weight: 1 }) });
    const own = await trained({ weighting: minSnr, learningRateSchedule: half, ema: keep, timesteps: uniform });
    const named = await trained({
      weighting: { type: 'min-snr', gamma: γ },
      learningRateSchedule: { type: 'constant', warmup: 2 },
      ema: { decay: 0.9, startStep: 0 },
    });
    expect(own).toEqual(named);
  });

  it('is known by its name in checkpoints; another one is told when training goes on', async () => {
    const store = memoryStore();
    const first = create({ weighting: { name: 'mine', use: () => 1 } });
    expect(first.options.weighting).toEqual({ type: 'own', name: 'mine' });
    await first.fit(dataset(), { steps: 2, checkpoints: { store } });
    const warnings: string[] = [];
    const other = create({
      weighting: { name: 'yours', use: () => 2 },
      onWarning: (message) => void warnings.push(message),
    });
    await other.resume(store);
    expect(warnings.join()).toContain('weighting.name has changed from "mine" to "yours"');
  });

  it('has to be given again, and under a name', async () => {
    expect(() => create({ weighting: { type: 'own', name: 'mine' } })).toThrow(
      '`weighting` is the function "mine" of the program that began this training; give it to createTrainer again.',
    );
    expect(() => create({ ema: { name: '', use: () => 0.5 } })).toThrow('`ema` is a function without a name');
    expect(() => create({ weighting: { type: 'none' } as never })).toThrow('give one of uniform, min-snr, p2.');
  });
});
