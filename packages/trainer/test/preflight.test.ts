import '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { completeWasmBackend } from '@denoiser/kernels-stock-wasm';
import { conv2d, groupNorm, normals } from '@denoiser/ops';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTrainer, memoryDataset, memoryStore, type TrainableModel, type TrainerOptions } from '../src/index';
import { dataset, model, noiseProcess, numbersOf, TIMESTEPS } from './helpers';
import { tinyModel } from './tiny-model';

const create = (over: Partial<TrainerOptions> = {}) =>
  createTrainer({ model: model(), process: noiseProcess, seed: 1, batchSize: 4, ema: { startStep: 0 }, ...over });

/** Convolutions and normalizations, so that activations outweigh the weights, as in a real network. */
function convolutional(): TrainableModel {
  const shapes = { in: [3, 3, 2, 8], middle: [3, 3, 8, 8], out: [3, 3, 8, 2], scale: [8], bias: [8] };
  const parameters = new Map(
    Object.entries(shapes).map(([name, shape], index) => {
      const values = normals({ seed: 1, step: 0, index, count: tf.util.sizeFromShape(shape) }).map((z) => z / 8);
      return [name, tf.tidy(() => tf.variable(tf.tensor(values, shape)))];
    }),
  );
  const get = <T extends tf.Tensor>(name: string) => parameters.get(name) as tf.Tensor as T;
  return {
    ...tinyModel({ timesteps: TIMESTEPS }),
    parameters,
    denoiser: () => (x) =>
      tf.tidy(() => {
        let y = conv2d(x, get('in'), { padding: 1 });
        for (let i = 0; i < 3; i++) {
          const z = conv2d(y, get('middle'), { padding: 1 });
          y = groupNorm(z, get('scale'), get('bias'), { groups: 1, residual: y, activation: 'gelu' });
        }
        return conv2d(y, get('out'), { padding: 1 });
      }),
  };
}
const images = (length: number) =>
  memoryDataset({
    images: normals({ seed: 2, step: 0, index: 0, count: length * 512 }).map(Math.tanh),
    imageShape: [16, 16, 2],
  });

describe.each(['cpu', 'wasm'])('the preflight on %s', (backend) => {
  beforeAll(async () => {
    await tf.setBackend(backend);
    if (backend === 'wasm') completeWasmBackend();
  });
  afterAll(() => tf.setBackend('cpu'));

  it.each<[string, Partial<TrainerOptions>]>([
    ['all of a batch at once', {}],
    ['a batch in parts, clipped', { microBatchSize: 2, maxGradientNorm: 1 }],
  ])('estimates the memory at the peak within a fifth of what is measured: %s', async (_, over) => {
    const trainer = create({ model: convolutional(), batchSize: 6, ...over });
    const { peakBytes, stateBytes, parameters } = await trainer.preflight(images(8));
    const measured = await tf.profile(async () => {
      await trainer.fit(images(8), { epochs: 2 });
      return [];
    });
    expect(Math.abs(peakBytes / measured.peakBytes - 1)).toBeLessThan(0.2);
    expect(parameters).toBe(144 + 576 + 144 + 16);
    expect(stateBytes).toBe(4 * 4 * parameters);
    expect(peakBytes).toBeGreaterThan(2 * stateBytes);
  });
});

describe('the preflight', () => {
  beforeAll(() => tf.setBackend('cpu'));

  it('leaves no trace in weights, averages, tensors or what comes after', async () => {
    const options: Partial<TrainerOptions> = {
      postHocEma: {},
      timesteps: { type: 'loss-second-moment', history: 1 },
      learningRateSchedule: { type: 'cosine', steps: 30, warmup: 3 },
    };
    const files = async (trainer: ReturnType<typeof create>) => {
      const store = memoryStore();
      await trainer.fit(dataset(), { steps: 12, checkpoints: { store } });
      return Promise.all(['power-ema.safetensors', 'optimizer.safetensors'].map((file) => store.read(12, file)));
    };
    const [trainer, other] = [create(options), create(options)];
    for (const at of [0, 5]) {
      await trainer.fit(dataset(), { steps: at });
      await other.fit(dataset(), { steps: at });
      const [numbers, tensors, progress] = [numbersOf(trainer), tf.memory(), { ...trainer.progress }];
      await trainer.preflight(dataset());
      expect(numbersOf(trainer)).toEqual(numbers);
      expect(tf.memory()).toMatchObject({ numTensors: tensors.numTensors, numBytes: tensors.numBytes });
      expect(trainer.progress).toEqual(progress);
    }
    expect(await files(trainer)).toEqual(await files(other));
    expect(numbersOf(trainer)).toEqual(numbersOf(other));
  });

  it('tells the time of a step and of all that remain', async () => {
    let clock = 0;
    const now = () => {
      clock += 500;
      return clock;
    };
    const trainer = create();
    expect(await trainer.preflight(dataset(), { clock: now })).toMatchObject({
      secondsPerStep: 0.5,
      imagesPerSecond: 8,
    });
    // 11 images in batches of 4: three steps an epoch.
    const remaining = async (o: object) => (await trainer.preflight(dataset(), { clock: now, ...o })).remaining;
    expect(await remaining({ epochs: 3 })).toEqual({ steps: 9, seconds: 4.5 });
    await trainer.fit(dataset(), { steps: 4 });
    expect(await remaining({ epochs: 3 })).toEqual({ steps: 5, seconds: 2.5 });
    expect(await remaining({ epochs: 3, steps: 6 })).toEqual({ steps: 2, seconds: 1 });
    expect(await remaining({})).toBe(undefined);
  });

  it('names a kernel that the backend lacks, and a gradient that tfjs lacks', async () => {
    const failing = (message: string): TrainableModel => ({
      ...model(),
      denoiser: () => () => {
        throw new Error(message);
      },
    });
    const said = async (message: string) => {
      const trainer = create({ model: failing(message) });
      return trainer.preflight(dataset()).catch((error: Error) => error.message);
    };
    expect(await said("Kernel 'Einsum' not registered for backend 'wasm'")).toMatch(
      /^The backend wasm has no kernel Einsum, which training needs; choose another device/,
    );
    expect(await said('Cannot compute gradient: gradient function not found for Cumprod.')).toMatch(
      /^tfjs has no gradient of Cumprod, which training needs; import/,
    );
    expect(await said('something else')).toBe('something else');
  });
});
