import { createSchedule } from '@denoiser/schedules';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { addNoise, createAdamW, createEma, epsilonLoss, trainStep } from '../src/index';
import { model, schedule } from './helpers';

const variables = (...values: number[]) => new Map([['w', tf.variable(tf.tensor1d(values))]]);
const numbers = (map: ReadonlyMap<string, tf.Tensor>) => Array.from((map.get('w') as tf.Tensor).dataSync());

beforeAll(() => tf.setBackend('cpu'));

describe('the average', () => {
  it('is a copy until its start step, then moves by 1 − decay', () => {
    const weights = variables(1);
    const ema = createEma(weights, { decay: 0.75, startStep: 2 });
    const seen = [2, 4, 8, 16].map((value) => {
      weights.get('w')?.assign(tf.tensor1d([value]));
      ema.update();
      return numbers(ema.parameters)[0];
    });
    expect(seen).toEqual([2, 4, 0.75 * 4 + 0.25 * 8, 0.75 * 5 + 0.25 * 16]);
  });

  it('keeps its own memory: a change of the weights alone does not change it', () => {
    const weights = variables(1, 2);
    const ema = createEma(weights);
    const optimizer = createAdamW(weights);
    optimizer.update(new Map([['w', tf.tensor1d([1, 1])]]));
    expect(numbers(ema.parameters)).toEqual([1, 2]);
  });
});

describe('AdamW', () => {
  it('takes a first step of learningRate against the sign of the gradient, after weight decay', () => {
    const weights = variables(1, -2);
    createAdamW(weights, { learningRate: 0.1, weightDecay: 0.5 }).update(new Map([['w', tf.tensor1d([3, -0.2])]]));
    // w·(1 − 0.1·0.5) − 0.1·sign(g), up to float32's rounding (2⁻²³ of numbers below 2, three operations)
    const [a, b] = numbers(weights);
    expect(Math.abs(a - 0.85)).toBeLessThan(1e-6);
    expect(Math.abs(b + 1.8)).toBeLessThan(1e-6);
  });

  it('counts a missing gradient as zero', () => {
    const weights = variables(1);
    createAdamW(weights, { weightDecay: 0 }).update(new Map());
    expect(numbers(weights)).toEqual([1]);
  });
});

describe('trainStep', () => {
  it('descends a parabola, gives the loss before the step and leaves nothing else', () => {
    const weights = variables(3);
    const optimizer = createAdamW(weights, { learningRate: 0.1, weightDecay: 0 });
    const loss = () => tf.sum(tf.square(weights.get('w') as tf.Tensor)) as tf.Scalar;
    const before = tf.memory().numTensors;
    const losses = Array.from({ length: 100 }, () => {
      const value = trainStep({ parameters: weights, loss, optimizer });
      const [number] = value.dataSync();
      value.dispose();
      return number;
    });
    expect(losses[0]).toBe(9);
    expect(losses[99]).toBeLessThan(0.1);
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('addNoise', () => {
  it("mixes image and noise by each image's own t", () => {
    const { alphaBars, ...tables } = createSchedule(schedule);
    const x0 = tf.fill<tf.Rank.R4>([2, 1, 1, 1], 3);
    const eps = tf.fill<tf.Rank.R4>([2, 1, 1, 1], -2);
    const noisy = addNoise(tables, x0, eps, [1, 7]).dataSync();
    [1, 7].forEach((t, i) => {
      const exact = Math.sqrt(alphaBars[t]) * 3 + Math.sqrt(1 - alphaBars[t]) * -2;
      // Five roundings of float32 on numbers below 4.
      expect(Math.abs(noisy[i] - exact)).toBeLessThan(5 * 4 * 2 ** -24);
    });
  });
});

describe('epsilonLoss', () => {
  it('is 0 for a network that knows the noise, and about 1 for one that says zero', () => {
    const tables = createSchedule(schedule);
    const batch = {
      pixels: new Float32Array(4 * 512),
      shape: [4, 16, 16, 2] as [4, 16, 16, 2],
      labels: new Int32Array(4),
      places: [0, 1, 2, 3],
    };
    const loss = (denoiser: Parameters<typeof epsilonLoss>[0]['denoiser']) =>
      epsilonLoss({ denoiser, schedule: tables, batch, seed: 2, step: 5, labelDropout: 0 }).dataSync()[0];
    // With x0 = 0, x_t = √(1 − ᾱ_t)·ε.
    const knowing = loss((x, time) => {
      const sigma = Array.from(time.dataSync(), (t) => tables.sqrtOneMinusAlphaBars[t]);
      return tf.div(x, tf.tensor4d(sigma, [4, 1, 1, 1]));
    });
    expect(knowing).toBeLessThan(1e-12);
    // The mean of 2048 squared normals has standard deviation √(2/2048) = 0.031; five of them.
    expect(Math.abs(loss((x) => tf.zerosLike(x)) - 1)).toBeLessThan(0.16);
  });

  it('calls the network without labels when no image has one', () => {
    const seen: unknown[] = [];
    const tiny = model().denoiser();
    const batch = {
      pixels: new Float32Array(32),
      shape: [1, 4, 4, 2] as [1, 4, 4, 2],
      labels: Int32Array.of(-1),
      places: [0],
    };
    epsilonLoss({
      denoiser: (x, t, conditioning) => {
        seen.push(conditioning);
        return tiny(x, t, conditioning);
      },
      schedule: createSchedule(schedule),
      batch,
      seed: 0,
      step: 0,
      labelDropout: 0,
    });
    expect(seen).toEqual([undefined]);
  });
});
