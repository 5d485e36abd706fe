import '@tensorflow/tfjs';
import { createSchedule } from '@denoiser/schedules';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { type AsyncDenoiser, createPlan, type Denoiser, ddpm, philoxNoise, sample, sampleImages } from './index';

const schedule = createSchedule({ steps: 20, betaEnd: 0.2 });
const plan = createPlan({ process: schedule, solver: ddpm({ variance: 'beta' }) });
const shape = [2, 2, 2, 1] as const;

/** A formula for a model; it leaves its intermediate tensors to the loop. */
const formula: Denoiser = (x, time) =>
  tf.add(tf.mul(x, 0.9), tf.mul(tf.sin(tf.add(tf.mul(x, 3), tf.reshape(tf.mul(time, 0.01), [-1, 1, 1, 1]))), 0.1));

/** Label y adds y + 1 to nothing: unlabelled gives 0. */
const labelled: Denoiser = (x, _, conditioning) => {
  const labels = conditioning?.labels;
  return labels ? tf.add(tf.zerosLike(x), tf.reshape(tf.add(labels, 1), [-1, 1, 1, 1])) : tf.zerosLike(x);
};

async function values(tensor: Tensor4D): Promise<number[]> {
  const numbers = Array.from(await tensor.data());
  tensor.dispose();
  return numbers;
}

beforeAll(() => tf.setBackend('cpu'));

describe('the original program', () => {
  it('is the plan of β variance and original spacing', async () => {
    const original = createPlan({ process: schedule, solver: ddpm({ variance: 'beta' }), spacing: 'original' });
    const noise = philoxNoise(5);
    const images = await values(await sampleImages({ denoiser: formula, plan: original, shape, noise }));

    const normals = async (purpose: 'initial' | 'step', step: number): Promise<number[]> =>
      values(noise({ purpose, step, shape, indices: [0, 1] }) as Tensor4D);
    let x = await normals('initial', 0);
    for (let t = 19; t >= 1; t--) {
      const z = t > 1 ? await normals('step', 19 - t) : x.map(() => 0);
      const beta = schedule.betas[t] as number;
      const alphaBar = schedule.alphaBars[t] as number;
      x = x.map((value, i) => {
        const eps = 0.9 * value + 0.1 * Math.sin(3 * value + 0.01 * t);
        const mean = (value - (beta / Math.sqrt(1 - alphaBar)) * eps) / Math.sqrt(1 - beta);
        return mean + Math.sqrt(beta) * (z[i] as number);
      });
    }
    images.forEach((value, i) => {
      expect(value).toBeCloseTo(x[i] as number, 4);
    });
  });

  it('visits T − 1 … 1 and adds no noise at the last step', () => {
    const { steps } = createPlan({ process: schedule, solver: ddpm({ variance: 'beta' }), spacing: 'original' });
    expect(steps.map((step) => step.model?.time)).toEqual(Array.from({ length: 19 }, (_, i) => 19 - i));
    expect(steps.map((step) => 'noise' in step.next)).toEqual(steps.map((_, i) => i < 18));
  });
});

describe('guidance', () => {
  const inputs = (scale: number) => ({
    denoiser: labelled,
    plan: createPlan({ process: schedule, solver: ddpm(), steps: 1 }),
    shape,
    conditioning: { labels: tf.tensor1d([1, 3], 'int32') },
    guidance: { scale },
    noise: ({ shape }: { shape: readonly number[] }) => tf.zeros([...shape]),
  });

  it('extrapolates from the unlabelled to the labelled output', async () => {
    const once = await values(await sampleImages(inputs(1)));
    const thrice = await values(await sampleImages(inputs(3)));
    once.forEach((value, i) => {
      expect(thrice[i]).toBeCloseTo(3 * value, 5);
    });
  });

  it('of scale 0 and 1 computes the labelled branch alone, 3 both in one batch', async () => {
    for (const [scale, batch] of [
      [0, 2],
      [1, 2],
      [3, 4],
    ] as const) {
      const batches: number[] = [];
      const denoiser: Denoiser = (x, time, conditioning) => {
        batches.push(x.shape[0]);
        return labelled(x, time, conditioning);
      };
      (await sampleImages({ ...inputs(scale), denoiser })).dispose();
      expect(batches).toEqual([batch]);
    }
  });
});

describe('noise', () => {
  it('gives image i the same numbers in every batch', async () => {
    const run = async (indices: number[]): Promise<number[]> =>
      values(await sampleImages({ denoiser: formula, plan, shape: [indices.length, 2, 2, 1], seed: 7, indices }));
    const [all, one] = [await run([0, 1, 2]), await run([2])];
    expect(all.slice(8)).toEqual(one);
  });

  it('is another for another seed', async () => {
    const run = async (seed: number): Promise<number[]> =>
      values(await sampleImages({ denoiser: formula, plan, shape, seed }));
    expect(await run(1)).not.toEqual(await run(2));
  });
});

describe('the loop leaves no tensor behind', () => {
  const long = createPlan({ process: createSchedule({ steps: 200 }), solver: ddpm(), threshold: true });
  const counted = async (run: () => Promise<void>): Promise<number> => {
    const before = tf.memory().numTensors;
    await run();
    return tf.memory().numTensors - before;
  };

  it('over 200 steps, of which each holds as many as the last', async () => {
    const held = new Set<number>();
    const left = await counted(async () => {
      for await (const _ of sample({ denoiser: formula, plan: long, shape })) held.add(tf.memory().numTensors);
    });
    expect(left).toBe(0);
    expect(held.size).toBe(1);
  });

  it('with guidance', async () => {
    const labels = tf.tensor1d([0, 1], 'int32');
    const options = { denoiser: labelled, plan, shape, conditioning: { labels }, guidance: { scale: 2 } };
    expect(await counted(async () => (await sampleImages(options)).dispose())).toBe(0);
  });

  it('on break', async () => {
    expect(
      await counted(async () => {
        for await (const { index } of sample({ denoiser: formula, plan, shape })) if (index === 3) break;
      }),
    ).toBe(0);
  });

  it('when the model throws', async () => {
    const denoiser: Denoiser = (x, time) => {
      tf.square(x);
      throw new Error(`at ${time.shape}`);
    };
    expect(
      await counted(async () => {
        await expect(sampleImages({ denoiser, plan, shape })).rejects.toThrow('at 2');
      }),
    ).toBe(0);
  });

  it('on abort, which lets go with the reason', async () => {
    const controller = new AbortController();
    const seen: number[] = [];
    const left = await counted(async () => {
      await expect(
        sampleImages({
          denoiser: formula,
          plan,
          shape,
          signal: controller.signal,
          onStep: ({ index }) => {
            seen.push(index);
            if (index === 4) controller.abort(new Error('enough'));
          },
        }),
      ).rejects.toThrow('enough');
    });
    expect(left).toBe(0);
    expect(seen).toEqual([0, 1, 2, 3, 4]);
  });

  it('with an asynchronous model', async () => {
    const denoiser: AsyncDenoiser = async (x) => {
      await null;
      return tf.mul<Tensor4D>(x, 0.5);
    };
    expect(await counted(async () => (await sampleImages({ denoiser, plan, shape })).dispose())).toBe(0);
  });
});

it('lets the event loop breathe between steps', async () => {
  let ticks = 0;
  const timer = setInterval(() => ticks++, 0);
  const waits: Denoiser = (x) => {
    const until = performance.now() + 3;
    while (performance.now() < until);
    return tf.zerosLike(x);
  };
  (await sampleImages({ denoiser: waits, plan, shape })).dispose();
  clearInterval(timer);
  expect(ticks).toBeGreaterThan(0);
});

it('learned variances interpolate between the posterior and β', async () => {
  const run = async (v: number): Promise<number[]> =>
    values(
      await sampleImages({
        denoiser: (x, time) => tf.concat([formula(x, time) as Tensor4D, tf.fill(x.shape, v)], 3) as Tensor4D,
        plan: createPlan({ process: schedule, solver: ddpm({ variance: 'learned-range' }) }),
        shape,
      }),
    );
  const fixed = async (variance: 'beta' | 'posterior'): Promise<number[]> =>
    values(
      await sampleImages({
        denoiser: formula,
        plan: createPlan({ process: schedule, solver: ddpm({ variance }) }),
        shape,
      }),
    );
  for (const [v, variance] of [
    [1, 'beta'],
    [-1, 'posterior'],
  ] as const) {
    const [learned, expected] = [await run(v), await fixed(variance)];
    learned.forEach((value, i) => {
      expect(value).toBeCloseTo(expected[i] as number, 4);
    });
  }
});

it('refuses labels and indices that are not one an image', async () => {
  const options = { denoiser: formula, plan, shape };
  await expect(sampleImages({ ...options, indices: [1] })).rejects.toThrow('as many indices as images, 2');
  const labels = tf.tensor1d([1, 2, 3], 'int32');
  await expect(sampleImages({ ...options, conditioning: { labels } })).rejects.toThrow('as many labels as images, 2');
});
