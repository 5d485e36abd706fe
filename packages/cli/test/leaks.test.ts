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
  const model = createUNet({ baseWidth: 4, timeDim: 8, classes: 2 });
  const images = new Float32Array(64 * 8 * 8 * 3).fill(0.5);
  const labels = Array.from({ length: 64 }, (_, i) => i % 2);
  const dataset = memoryDataset({ images, imageShape: [8, 8, 3], labels, classNames: ['a', 'b'] });
  const trainer = createTrainer({ model, seed: 0, batchSize: 2, maxGradientNorm: 1, ema: { startStep: 50 } });

  const tensors = new Set<string>();
  const callbacks = {
    onStep: () => {
      const { numTensors, numBytes } = memory();
      tensors.add(`${numTensors} of ${numBytes} bytes`);
    },
  };
  await trainer.fit(dataset, { steps: 200, callbacks });
  expect([...tensors]).toHaveLength(1);

  const sampling: number[] = [];
  const plan = ddpmPlan(createSchedule(), { variance: 'posterior', steps: 200, clip: true, original: false });
  await draw({
    denoiser: model.denoiser(trainer.emaParameters),
    plan,
    imageShape: [8, 8, 3],
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
