import { selectDevice } from '@denoiser/backend-node';
import { createSchedule } from '@denoiser/schedules';
import { createTrainer, memoryDataset } from '@denoiser/trainer';
import { createUNet } from '@denoiser/unet';
import { enableProdMode, memory } from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { ddpmPlan, draw } from '../src/draw';

beforeAll(async () => {
  enableProdMode();
  await selectDevice();
});

test('200 training steps and 200 sampling steps hold no tensor', async () => {
  const before = memory().numTensors;
  const model = createUNet({ baseWidth: 8, timeDim: 32, classes: 2 });
  // An epoch longer than the test: at its end, one more tensor is at rest.
  const images = new Float32Array(300 * 16 * 16 * 3).fill(0.5);
  const labels = Array.from({ length: 300 }, (_, i) => i % 2);
  const dataset = memoryDataset({ images, imageShape: [16, 16, 3], labels, classNames: ['a', 'b'] });
  const trainer = createTrainer({ model, seed: 0, batchSize: 1, ema: { startStep: 50 } });

  const training: number[] = [];
  await trainer.fit(dataset, { steps: 200, callbacks: { onStep: () => void training.push(memory().numTensors) } });
  expect(training).toHaveLength(200);
  // All but the last are told while another loss is waiting to be read.
  expect(new Set(training.slice(0, -1)).size).toBe(1);
  expect(training.at(-1)).toBe((training[0] as number) - 1);

  const sampling: number[] = [];
  const plan = ddpmPlan(createSchedule(), { variance: 'posterior', steps: 200, clip: true, original: false });
  await draw({
    denoiser: model.denoiser(trainer.emaParameters),
    plan,
    imageShape: [16, 16, 3],
    count: 1,
    labels: [1],
    guidance: 3,
    seed: 0,
    batchSize: 1,
    onStep: () => void sampling.push(memory().numTensors),
  });
  expect(sampling).toHaveLength(200);
  expect(new Set(sampling).size).toBe(1);

  trainer.dispose();
  model.dispose();
  expect(memory().numTensors).toBe(before);
});
