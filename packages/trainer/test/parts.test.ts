import '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { createAdamW, createEma, trainStep } from '../src/parts';

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
