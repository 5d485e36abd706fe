import '@tensorflow/tfjs';
import { createSchedule, respace, type Schedule, spacedTimesteps } from '@denoiser/schedules';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import golden from '../test/fixtures/likelihood.json';
import { deviation, edmModel, edmProcess } from '../test/gaussian';
import { arrayModel, createPlan, type Denoiser, euler, type Variance } from './index';
import { probabilityFlowBits, variationalBound } from './likelihood';

const linear = createSchedule();
const cosine20 = createSchedule({ type: 'cosine', steps: 20 });
const settings: Record<keyof typeof golden.cases, { schedule: Schedule; variance: Variance }> = {
  'linear-20-fixed-small': {
    schedule: respace(linear, spacedTimesteps(1000, { type: 'sections', sections: [20] })),
    variance: 'posterior',
  },
  'cosine-20-fixed-large': { schedule: cosine20, variance: 'beta' },
  'cosine-20-learned-range': { schedule: cosine20, variance: 'learned-range' },
};

const eps = (x: number, t: number): number => 0.9 * x + 0.1 * Math.sin(3 * x + 0.01 * t);
const v = (x: number, t: number): number => 0.5 * Math.sin(x + 0.003 * t);

beforeAll(() => tf.setBackend('cpu'));

describe("bits per dimension as guided-diffusion's", () => {
  for (const [name, expected] of Object.entries(golden.cases)) {
    const { schedule, variance } = settings[name as keyof typeof golden.cases];
    const images = Float64Array.from(expected.x_start);
    // The noise was drawn in float32 and is printed with fewer digits.
    const noise = ({ step }: { step: number }): Float64Array =>
      Float64Array.from(expected.noises_last_to_first[schedule.steps - 1 - step] as number[], Math.fround);
    const tables = { bits: expected.vb_per_step, x0Error: expected.xstart_mse, epsError: expected.mse };
    const check = (bound: Awaited<ReturnType<typeof variationalBound>>, tolerance: number): void => {
      const close = (actual: number, theirs: number): void =>
        expect(Math.abs(actual - theirs)).toBeLessThanOrEqual(tolerance * Math.abs(theirs));
      for (let b = 0; b < 2; b++) {
        close(bound.total[b] as number, expected.total_bpd[b] as number);
        close(bound.prior[b] as number, expected.prior_bpd[b] as number);
        for (const [table, theirs] of Object.entries(tables)) {
          theirs[b]?.forEach((value, k) => {
            close(bound[table as keyof typeof tables][b]?.[schedule.steps - 1 - k] as number, value);
          });
        }
      }
    };

    it(`${name}, in float64`, async () => {
      const block = images.length / 2;
      const model = (x: Float64Array, t: number): Float64Array => {
        const means = x.map((value) => eps(value, t));
        if (variance !== 'learned-range') return means;
        const variances = x.map((value) => v(value, t));
        return Float64Array.of(
          ...means.slice(0, block),
          ...variances.slice(0, block),
          ...means.slice(block),
          ...variances.slice(block),
        );
      };
      check(
        await variationalBound({
          schedule,
          variance,
          images,
          shape: expected.shape_nchw,
          channelAxis: 1,
          model,
          noise,
        }),
        1e-9,
      );
    });

    it(`${name}, through tensors`, async () => {
      const denoiser: Denoiser = (x, time) => {
        const t = tf.reshape(time, [-1, 1, 1, 1]);
        const mean = tf.add(tf.mul(x, 0.9), tf.mul(tf.sin(tf.add(tf.mul(x, 3), tf.mul(t, 0.01))), 0.1)) as Tensor4D;
        if (variance !== 'learned-range') return mean;
        return tf.concat([mean, tf.mul(tf.sin(tf.add(x, tf.mul(t, 0.003))), 0.5) as Tensor4D], 3);
      };
      const shape = [2, 3, 4, 1] as const; // one channel: the order of values is that of the fixture
      const learnedVariance = variance === 'learned-range';
      const model = arrayModel(denoiser, { shape, learnedVariance });
      const before = tf.memory().numTensors;
      check(await variationalBound({ schedule, variance, images, shape, model, noise }), 1e-4);
      expect(tf.memory().numTensors).toBe(before);
    });
  }
});

it('probability-flow likelihood of Gaussian data is the Gaussian density', async () => {
  const plan = createPlan({
    process: edmProcess,
    solver: euler(),
    steps: 200,
    sigmas: { type: 'karras', min: 0.002 },
  });
  const images = Float64Array.of(0.1, -0.7, 0.4, 0.9);
  const probe = Float64Array.of(1, -1, -1, 1);
  const bits = await probabilityFlowBits({ plan, model: edmModel, images, shape: [2, 2], probe });
  for (let b = 0; b < 2; b++) {
    const [x, y] = images.subarray(2 * b) as unknown as [number, number];
    const logDensity = -0.5 * (2 * Math.log(2 * Math.PI * deviation ** 2) + (x * x + y * y) / deviation ** 2);
    expect(bits[b]).toBeCloseTo(-logDensity / 2 / Math.LN2 + 7, 2);
  }
});
