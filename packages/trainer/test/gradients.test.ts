import '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { createTrainer, type TrainerOptions } from '../src/index';
import { clipFactor, gradientNorm } from '../src/parts';
import { dataset, model, noiseProcess, numbersOf } from './helpers';

const gradients = () =>
  new Map<string, tf.Tensor>([
    ['a', tf.tensor2d([[3, 0]])],
    ['b', tf.scalar(-4)],
  ]);
const create = (over: Partial<TrainerOptions> = {}) =>
  createTrainer({ model: model(), process: noiseProcess, seed: 3, batchSize: 5, ...over });

beforeAll(() => tf.setBackend('cpu'));

describe('the norm of the gradients', () => {
  it('is that of all of them as one vector', () => {
    expect(gradientNorm(gradients()).dataSync()[0]).toBe(5);
    expect(gradientNorm(new Map()).dataSync()[0]).toBe(0);
  });

  it('above the limit gives the factor to it, and 1 below', () => {
    const factor = (limit: number) => clipFactor(gradientNorm(gradients()), limit).dataSync()[0];
    expect(factor(2.5)).toBe(0.5);
    expect(factor(5)).toBe(1);
    expect(factor(6)).toBe(1);
    expect(clipFactor(tf.scalar(0), 1).dataSync()[0]).toBe(1);
  });

  it('is told with each step, as it was before clipping', async () => {
    const free = await create().fit(dataset(), { steps: 3 });
    const clipped = await create({ maxGradientNorm: 1e-3 }).fit(dataset(), { steps: 1 });
    expect(free.losses[0].gradientNorm).toBeGreaterThan(0.01);
    expect(clipped.losses[0].gradientNorm).toBe(free.losses[0].gradientNorm);
  });

  it('clipped changes what is learned, unless the limit is never reached', async () => {
    const after = async (maxGradientNorm: number | null) => {
      // Without AdamW's own normalization of gradients: a large epsilon.
      const trainer = create({ maxGradientNorm, epsilon: 1 });
      await trainer.fit(dataset(), { steps: 3 });
      return numbersOf(trainer);
    };
    const free = await after(null);
    expect(await after(1e3)).toEqual(free);
    expect(await after(1e-3)).not.toEqual(free);
  });
});

describe('a batch in parts', () => {
  it.each([1, 2, 4])('of %i gives the losses and weights of the whole batch', async (microBatchSize) => {
    const run = async (size: number | null) => {
      const trainer = create({ microBatchSize: size, learningRate: 0.01, epsilon: 1e-3 });
      const { losses } = await trainer.fit(dataset(), { steps: 5 });
      const weights = [...trainer.model.parameters.values()].flatMap((variable) => [...variable.dataSync()]);
      return { losses, weights };
    };
    const [whole, parts] = [await run(null), await run(microBatchSize)];
    // Sums in another order: a few roundings (2⁻²⁴) of terms around 1, times what five steps of AdamW make of them.
    whole.losses.forEach(({ loss, gradientNorm }, i) => {
      expect(Math.abs(parts.losses[i].loss - loss)).toBeLessThan(1e-5);
      expect(Math.abs(parts.losses[i].gradientNorm - gradientNorm)).toBeLessThan(1e-5);
    });
    const differences = whole.weights.map((weight, i) => Math.abs(parts.weights[i] - weight));
    expect(Math.max(...differences)).toBeLessThan(1e-5);
  });

  it('leaves no tensor behind in 200 steps', async () => {
    const trainer = create({
      microBatchSize: 2,
      maxGradientNorm: 0.1,
      learningRateSchedule: { type: 'one-cycle', steps: 200 },
    });
    await trainer.fit(dataset(), { steps: 1 });
    const before = tf.memory().numTensors;
    const rates: number[] = [];
    await trainer.fit(dataset(), {
      steps: 201,
      callbacks: {
        onStep: ({ learningRate }) => {
          rates.push(learningRate);
          expect(tf.memory().numTensors - before).toBeLessThan(2);
        },
      },
    });
    expect(tf.memory().numTensors).toBe(before);
    expect(Math.max(...rates)).toBeCloseTo(3e-4, 12);
  });
});
