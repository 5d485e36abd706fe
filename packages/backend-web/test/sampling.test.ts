import { writeSafetensors } from '@denoiser/safetensors';
import { createPlan, ddim, ddpm, philoxNoise, sampleImages } from '@denoiser/samplers';
import { createSchedule } from '@denoiser/schedules';
import { createUNet } from '@denoiser/unet';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Client } from '../src/page/client';
import type { SampleStep } from '../src/protocol/sampling';
import { closeAll, pageAndWorker, plainPicture } from './in-node';

const schedule = createSchedule({ type: 'linear', steps: 1000 });
const plan = createPlan({ process: schedule, solver: ddim(), steps: 4, threshold: true });
let client: Client;
let file: Uint8Array;

beforeAll(async () => {
  ({ client } = pageAndWorker());
  await client.start({ device: 'engine' });
  const model = createUNet({ baseWidth: 4, timeDim: 8, classes: 2, imageSize: 8, seed: 3 });
  file = writeSafetensors(await model.exportParameters(model.parameters));
  model.dispose();
  await client.load(file.slice());
});
afterAll(closeAll);

async function all(request: Parameters<Client['sample']>[0]): Promise<SampleStep[]> {
  const steps: SampleStep[] = [];
  for await (const step of client.sample(request)) steps.push(step);
  return steps;
}

test('a file says what can be drawn from it; what it leaves open is the original program’s, or the page’s word', async () => {
  expect(await client.load(file.slice())).toMatchObject({
    architecture: { config: { baseWidth: 4, classes: 2 } },
    imageShape: [8, 8, 3],
    classNames: ['0', '1'],
    schedule: { type: 'linear', steps: 1000 },
    prediction: 'epsilon',
    learnedVariance: false,
  });
  const cosine = { type: 'cosine', steps: 50 } as const;
  const info = await client.load(new Blob([file as Uint8Array<ArrayBuffer>]), {
    schedule: cosine,
    classNames: ['cat', 'dog'],
    imageSize: 16,
  });
  expect(info).toMatchObject({ schedule: cosine, classNames: ['cat', 'dog'], imageShape: [16, 16, 3] });
  await expect(client.load(file.slice(), { classNames: ['cat'] })).rejects.toMatchObject({ code: 'bad-facts' });
  await expect(client.load(new Uint8Array(40))).rejects.toMatchObject({ isDenoiserError: true });
  // A file that was refused leaves the one before.
  expect((await all({ plan, labels: [0] }))[0]?.imageShape).toEqual([16, 16, 3]);
  await client.load(file.slice());
});

test('every step comes with its pixels, the same images that the sampler gives without a worker', async () => {
  const steps = await all({ plan, labels: [0, 1], seed: 5, guidance: { scale: 2 }, send: { values: ['x'] } });
  expect(steps.map(({ index, total, count }) => [index, total, count])).toEqual([0, 1, 2, 3].map((i) => [i, 4, 2]));

  const model = createUNet({ baseWidth: 4, timeDim: 8, classes: 2, seed: 3 });
  const labels = tf.tensor1d([0, 1], 'int32');
  const images = await sampleImages({
    denoiser: model.denoiser(),
    plan,
    shape: [2, 8, 8, 3],
    noise: philoxNoise(5),
    conditioning: { labels },
    guidance: { scale: 2 },
  });
  const expected = images.dataSync();
  const last = steps.at(-1) as SampleStep;
  expect([...(last.values.x as Float32Array)]).toEqual([...expected]);
  const bytes = last.pixels.x as Uint8ClampedArray;
  expect(bytes).toHaveLength(2 * 8 * 8 * 4);
  for (const pixel of [0, 17, 100]) {
    const rgb = [0, 1, 2].map((c) => Math.max(0, Math.min(255, ((expected[3 * pixel + c] as number) + 1) * 127.5)));
    for (const c of [0, 1, 2])
      expect(Math.abs((bytes[4 * pixel + c] as number) - (rgb[c] as number))).toBeLessThan(0.51);
    expect(bytes[4 * pixel + 3]).toBe(255);
  }
  tf.dispose([images, labels]);
  model.dispose();
});

test('what is not asked for is not sent', async () => {
  const steps = await all({ plan, count: 1, send: { pixels: ['x0'], every: 3 } });
  expect(steps.map(({ pixels }) => Object.keys(pixels))).toEqual([[], [], ['x0'], ['x0']]);
  expect(steps.every(({ values }) => Object.keys(values).length === 0)).toBe(true);
});

test('leaving the loop and aborting end the work and leave no tensor behind', async () => {
  await all({ plan, count: 1 });
  const before = tf.memory().numTensors;
  for await (const { index } of client.sample({ plan, count: 2 })) if (index === 1) break;
  const controller = new AbortController();
  const aborted = async () => {
    for await (const { index } of client.sample({ plan, count: 2, signal: controller.signal })) {
      if (index === 0) controller.abort(new Error('enough'));
    }
  };
  await expect(aborted()).rejects.toThrow('enough');
  await expect(all({ plan, signal: controller.signal })).rejects.toThrow('enough');
  await all({ plan, count: 1 }); // the worker is through with the others
  expect(tf.memory().numTensors).toBe(before);
});

describe('control', () => {
  const values = async (request: Partial<Parameters<Client['sample']>[0]>) =>
    (await all({ plan, send: { pixels: [], values: ['x'] }, ...request })).at(-1)?.values.x as Float32Array;

  test('inpainting keeps the picture where the mask is 0', async () => {
    const image = plainPicture(8, [255, 0, 128]);
    const mask = new Uint8Array(64).fill(255, 0, 32);
    const x = await values({ count: 2, inpaint: { image, mask } });
    for (const b of [0, 1]) {
      const kept = x.subarray(b * 192 + 96, (b + 1) * 192);
      for (let i = 0; i < kept.length; i += 3)
        expect([...kept.subarray(i, i + 3)].map((v) => v * 127.5 + 127.5)).toEqual([
          expect.closeTo(255, 2),
          expect.closeTo(0, 2),
          expect.closeTo(128, 2),
        ]);
    }
    await expect(values({ inpaint: { image, mask: new Uint8Array(9) } })).rejects.toMatchObject({ code: 'bad-shape' });
  });

  test('between two seeds: the ends are the seeds’ own images', async () => {
    const x = await values({ seed: 1, towards: { seed: 2, weights: [0, 0.5, 1] } });
    const [one, two] = [await values({ seed: 1 }), await values({ seed: 2 })];
    const close = (a: Float32Array, b: Float32Array) => a.every((v, i) => Math.abs(v - (b[i] as number)) < 1e-4);
    expect(close(x.subarray(0, 192), one)).toBe(true);
    expect(close(x.subarray(384), two)).toBe(true);
    expect(close(x.subarray(192, 384), one)).toBe(false);
  });

  test('image-to-image begins with the picture', async () => {
    const short = createPlan({ process: schedule, solver: ddpm(), steps: 100, strength: 0.02, threshold: true });
    const x = await values({ plan: short, image: plainPicture(8, [255, 255, 255]) });
    expect(x.reduce((sum, v) => sum + v, 0) / x.length).toBeGreaterThan(0.8);
  });

  test('a request that does not fit is an error in one sentence', async () => {
    await expect(values({ labels: [7] })).rejects.toMatchObject({ isDenoiserError: true, code: 'bad-label' });
    await expect(values({ count: 2, labels: [1] })).rejects.toMatchObject({ code: 'bad-shape' });
    await expect(values({ count: 0 })).rejects.toMatchObject({ code: 'bad-count' });
  });
});

test('before a device is chosen and a network loaded, the error says what to do', async () => {
  const fresh = pageAndWorker().client;
  await expect(fresh.load(file.slice())).rejects.toMatchObject({ code: 'not-started' });
  await fresh.start({ device: 'engine' });
  await expect(fresh.sample({ plan }).next()).rejects.toMatchObject({
    message: 'There is no network to draw with: load a file first.',
  });
  await expect(fresh.start({ device: 'cpu' })).rejects.toMatchObject({ code: 'already-started' });
  fresh.close();
  await expect(fresh.runs()).rejects.toMatchObject({ code: 'worker-closed' });
});
