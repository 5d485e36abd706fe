import { createSchedule, discretizedGaussianLogLikelihood, priorBits } from '@denoiser/schedules';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { bitsPerDimension } from './bits-per-dimension';
import { evaluationNoise, type HeldOut } from './held-out';
import { asWritten } from './quality';
import { validationLoss, validationTimes } from './validation-loss';

beforeAll(() => {
  tf.enableProdMode(); // keeps tfjs quiet
  return tf.setBackend('cpu');
});

const schedule = createSchedule({ type: 'cosine', steps: 20 });
const shape = [2, 4, 3] as const;
const size = 24;
/** Grey surfaces, each of one of 256 levels. */
const grey = (level: number) => level / 127.5 - 1;
const images: HeldOut = {
  data: Float32Array.from({ length: 3 * size }, () => grey(140)),
  count: 3,
  shape,
  indices: [4, 0, 9],
  total: 10,
};
const common = {
  schedule,
  prediction: 'epsilon' as const,
  learnedVariance: false,
  images,
  seed: 5,
  batchSize: 2,
  signal: new AbortController().signal,
  onCall: () => {},
};
/** Knows that every image is that grey: ε = (x − α·x0)/σ. */
const knowing = (x: tf.Tensor4D, time: tf.Tensor1D): tf.Tensor4D => {
  const t = time.dataSync()[0] as number;
  const [alpha, sigma] = [schedule.sqrtAlphaBars[t] as number, schedule.sqrtOneMinusAlphaBars[t] as number];
  return x.sub(alpha * grey(140)).div(sigma);
};

describe('the validation loss', () => {
  it('of a network that knows the images is 0', async () => {
    const { mean, byTime } = await validationLoss({ ...common, denoiser: knowing });
    expect(byTime.map(({ t }) => t)).toEqual(validationTimes(20));
    // ε in float32, divided by σ of the first step.
    expect(mean.mean).toBeLessThan(1e-10);
  });

  it('of one that says 0 is the mean square of the target; noise belongs to the image, not the batch', async () => {
    const denoiser = (x: tf.Tensor4D) => tf.zerosLike(x);
    const once = await validationLoss({ ...common, denoiser });
    const t = once.byTime[3]?.t as number;
    const eps = evaluationNoise(5, t, images.indices, size);
    const expected = eps.reduce((sum, value) => sum + value ** 2, 0) / eps.length;
    expect(once.byTime[3]?.mean).toBeCloseTo(expected, 6);
    expect(await validationLoss({ ...common, denoiser, batchSize: 3 })).toEqual(once);
    const ofX0 = await validationLoss({ ...common, denoiser, prediction: 'x0' });
    expect(ofX0.mean).toEqual({ mean: expect.closeTo(grey(140) ** 2, 7), standardError: expect.closeTo(0, 7) });
  });

  it('leaves no tensor', async () => {
    const before = tf.memory().numTensors;
    await validationLoss({ ...common, denoiser: knowing });
    await bitsPerDimension({ ...common, denoiser: knowing, learnedVariance: false, steps: 5 });
    expect(tf.memory().numTensors).toBe(before);
  });
});

it('bits/dim of a network that knows the images are the prior’s and the decoder’s', async () => {
  const bits = await bitsPerDimension({ ...common, denoiser: knowing, learnedVariance: false, steps: 20 });
  const prior = priorBits(schedule, images.data.subarray(0, size));
  const logScale = (schedule.posteriorLogVariancesClipped[0] as number) / 2;
  const decoder = -discretizedGaussianLogLikelihood(grey(140), grey(140), logScale) / Math.LN2;
  expect(bits.prior).toBeCloseTo(prior, 10);
  expect(bits.mean).toBeCloseTo(prior + decoder, 5);
  expect(bits.steps).toBe(20);
});

it('pixels are compared as the PNG has them: cut, not rounded', () => {
  expect(Array.from(asWritten(Float32Array.of(-3, 0.0001, 2)))).toEqual([-1, Math.fround(127 / 127.5 - 1), 1]);
});
