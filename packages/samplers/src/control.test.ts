import '@tensorflow/tfjs';
import { createSchedule } from '@denoiser/schedules';
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  blendNoise,
  createPlan,
  type Denoiser,
  ddim,
  ddimInversion,
  ddpm,
  dpmppMultistep,
  type NoiseSource,
  philoxNoise,
  repaint,
  type SampleOptions,
  type SavedState,
  sample,
  sampleBatches,
  sampleImages,
  saveState,
  unipc,
} from './index';

const schedule = createSchedule();
const shape = [2, 4, 4, 1] as const;

/** ε of data N(0, ¼), as a constant share of x: close enough for what is tested here. */
const formula: Denoiser = (x, time) =>
  tf.mul(x, tf.reshape(tf.sub(1, tf.mul(tf.exp(tf.mul(time, -0.005)), 0.7)), [-1, 1, 1, 1]));

const numbers = async (tensor: Tensor4D): Promise<number[]> => {
  const values = Array.from(await tensor.data());
  tensor.dispose();
  return values;
};
const run = async (options: SampleOptions): Promise<number[]> => numbers(await sampleImages(options));
const distance = (a: number[], b: number[]): number =>
  Math.max(...a.map((value, i) => Math.abs(value - (b[i] as number))));

beforeAll(() => tf.setBackend('cpu'));

describe('inpainting', () => {
  const plan = createPlan({ process: schedule, solver: ddpm(), steps: 20 });

  it('keeps the known part to the bit and fills the rest', async () => {
    const image = tf.fill([2, 4, 4, 1], 0.25) as Tensor4D;
    const mask = tf.tensor4d([1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0], [1, 4, 4, 1]);
    for (const solver of [ddpm(), repaint(ddpm(), { jumpLength: 5, resamples: 2 })]) {
      const plan = createPlan({ process: schedule, solver, steps: 20 });
      const filled = await run({ denoiser: formula, plan, shape, inpaint: { image, mask } });
      filled.forEach((value, i) => {
        if (i % 4 === 0) expect(value).not.toBe(0.25);
        else expect(value).toBe(0.25);
      });
    }
  });

  it('holds the known part at its noise level on the way', async () => {
    const image = tf.zeros([2, 4, 4, 1]) as Tensor4D;
    const mask = tf.zeros([1, 4, 4, 1]) as Tensor4D;
    for await (const { index, x } of sample({ denoiser: formula, plan, shape, inpaint: { image, mask } })) {
      if (index !== 9) continue;
      const values = Array.from(await x.data());
      const deviation = Math.sqrt(values.reduce((sum, value) => sum + value ** 2, 0) / values.length);
      const sigma = plan.steps[9]?.to.sigma ?? Number.NaN;
      expect(deviation / sigma).toBeGreaterThan(0.6);
      expect(deviation / sigma).toBeLessThan(1.4);
    }
  });
});

describe('image to image', () => {
  it('of strength s runs the last share s of the steps', () => {
    const plan = createPlan({ process: schedule, solver: ddim(), steps: 20, strength: 0.3 });
    expect(plan.steps.map((step) => step.model?.time)).toEqual([250, 200, 150, 100, 50, 0]);
  });

  it('begins with the image at that level of noise', async () => {
    const plan = createPlan({ process: schedule, solver: ddim(), steps: 20, strength: 0.05 });
    const image = tf.fill([2, 4, 4, 1], 0.5) as Tensor4D;
    const result = await run({ denoiser: formula, plan, shape, image });
    expect(distance(result, new Array(32).fill(0.5))).toBeLessThan(0.1);
  });
});

describe('DDIM inversion', () => {
  it('finds the noise that gives the image back, the closer the more steps', async () => {
    const image = tf.tensor4d(
      Float32Array.from({ length: 32 }, (_, i) => Math.sin(i)),
      [2, 4, 4, 1],
    );
    const original = Array.from(await image.data());
    const errors: number[] = [];
    for (const steps of [25, 100]) {
      const up = createPlan({ process: schedule, solver: ddimInversion(), steps });
      const noise = await sampleImages({ denoiser: formula, plan: up, shape, image });
      const down = createPlan({ process: schedule, solver: ddim(), steps });
      const back = await run({ denoiser: formula, plan: down, shape, noise: () => noise.clone() });
      errors.push(distance(back, original));
    }
    expect(errors[1]).toBeLessThan(0.05);
    expect(errors[1]).toBeLessThan((errors[0] as number) / 3);
  });

  it('asks for an image', async () => {
    const plan = createPlan({ process: schedule, solver: ddimInversion(), steps: 5 });
    await expect(sampleImages({ denoiser: formula, plan, shape })).rejects.toThrow('begins with an image');
  });
});

describe('a run that is saved in the middle', () => {
  for (const solver of [ddpm(), dpmppMultistep({ order: 3 }), unipc({ order: 3 })]) {
    it(`of ${solver.name} ends as the one that was not, through JSON`, async () => {
      const plan = createPlan({ process: schedule, solver, steps: 12 });
      const options = { denoiser: formula, plan, shape, seed: 3 };
      let saved = '';
      for await (const step of sample(options)) {
        if (step.index !== 5) continue;
        saved = JSON.stringify(await saveState(step.state));
        break;
      }
      const resumed = await run({ ...options, resume: JSON.parse(saved) as SavedState });
      expect(resumed).toEqual(await run(options));
    });
  }
});

describe('batches', () => {
  it('give the same images however they are split', async () => {
    const plan = createPlan({ process: schedule, solver: ddpm(), steps: 5 });
    const split = async (batchSize: number): Promise<number[]> => {
      const all: number[] = [];
      const options = { denoiser: formula, plan, count: 5, batchSize, imageShape: [2, 2, 1] as const, seed: 9 };
      for await (const { images } of sampleBatches(options)) all.push(...(await numbers(images)));
      return all;
    };
    const before = tf.memory().numTensors;
    const whole = await split(5);
    expect(whole).toHaveLength(20);
    expect(await split(2)).toEqual(whole);
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('noise between two seeds', () => {
  const request = { purpose: 'initial', step: 0, shape: [1, 64, 64, 1], indices: [0] } as const;
  const at = (weight: number): Promise<number[]> =>
    numbers(blendNoise(philoxNoise(1), philoxNoise(2), weight)(request) as Tensor4D);

  it('has the seeds as its ends', async () => {
    const own = async (source: NoiseSource): Promise<number[]> => numbers(source(request) as Tensor4D);
    expect(distance(await at(0), await own(philoxNoise(1)))).toBeLessThan(1e-6);
    expect(distance(await at(1), await own(philoxNoise(2)))).toBeLessThan(1e-6);
  });

  it('keeps its variance', async () => {
    const values = await at(0.4);
    const variance = values.reduce((sum, value) => sum + value ** 2, 0) / values.length;
    expect(Math.abs(variance - 1)).toBeLessThan(5 * Math.sqrt(2 / values.length)); // 5 deviations of the estimate
  });
});

describe('guidance', () => {
  const plan = createPlan({ process: schedule, solver: ddim(), steps: 4 });
  const labels = tf.tensor1d([1, 3], 'int32');
  const labelled: Denoiser = (x, _, conditioning) =>
    tf.add(tf.mul(x, 0.5), tf.reshape(conditioning?.labels as Tensor, [-1, 1, 1, 1]));

  it('leads away from a negative label', async () => {
    const guided = (negative: number): Promise<number[]> =>
      run({ denoiser: labelled, plan, shape, conditioning: { labels }, guidance: { scale: 2, negative } });
    expect(distance(await guided(-1), await guided(2))).toBeGreaterThan(0.1);
  });

  it('within an interval calls the second branch there alone', async () => {
    const batches: number[] = [];
    const denoiser: Denoiser = (x, time, conditioning) => {
      batches.push(x.shape[0]);
      return labelled(x, time, conditioning);
    };
    const guidance = { scale: 2, interval: [0.5, 5] } as const;
    await run({ denoiser, plan, shape, conditioning: { labels }, guidance });
    const ratios = plan.steps.map(({ from }) => from.sigma / from.alpha);
    expect(batches).toEqual(ratios.map((ratio) => (ratio >= 0.5 && ratio <= 5 ? 4 : 2)));
    expect(new Set(batches)).toEqual(new Set([2, 4]));
  });

  it('rescaled wholly has the deviation of the labelled branch', async () => {
    const oneStep = createPlan({ process: schedule, solver: ddim(), steps: 1, prediction: 'x0' });
    const spread: Denoiser = (x, _, conditioning) =>
      tf.mul(x, tf.reshape(tf.add(conditioning?.labels as Tensor, 2), [-1, 1, 1, 1])); // unlabelled: x
    const deviation = (values: number[]): number => {
      const image = values.slice(0, 16);
      const mean = image.reduce((sum, value) => sum + value, 0) / 16;
      return Math.sqrt(image.reduce((sum, value) => sum + (value - mean) ** 2, 0));
    };
    const with_ = (guidance: { scale: number; rescale?: number }): Promise<number[]> =>
      run({ denoiser: spread, plan: oneStep, shape, conditioning: { labels }, guidance });
    const plain = deviation(await with_({ scale: 1 }));
    expect(deviation(await with_({ scale: 5 })) / plain).toBeGreaterThan(2);
    expect(deviation(await with_({ scale: 5, rescale: 1 })) / plain).toBeCloseTo(1, 4);
  });
});

it('dynamic thresholding brings each image into [−1, 1] by its own quantile', async () => {
  const plan = createPlan({
    process: schedule,
    solver: ddim(),
    steps: 1,
    prediction: 'x0',
    threshold: { type: 'dynamic', ratio: 0.5, max: 10 },
  });
  const values = [0.1, -0.2, 0.3, 0.4, 3, -1, 2, 8]; // medians of |x0|: 0.25 and 2.5
  const result = await run({
    denoiser: () => tf.tensor4d(values, [2, 2, 2, 1]),
    plan,
    shape: [2, 2, 2, 1],
  });
  const expected = [0.1, -0.2, 0.3, 0.4, 1, -0.4, 0.8, 1];
  expect(distance(result, expected)).toBeLessThan(1e-6);
});
