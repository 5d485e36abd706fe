import { drawImages, modelInTraining, selectDevice } from '@denoiser/backend-node';
import { createTrainer, memoryDataset } from '@denoiser/trainer';
import { createUNet } from '@denoiser/unet';
import { enableProdMode, memory } from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';

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
  await drawImages(modelInTraining(trainer, dataset), {
    steps: 200,
    count: 1,
    classes: ['b'],
    onProgress: () => void sampling.push(memory().numTensors),
  });
  expect(sampling).toHaveLength(200);
  // One of the first three calls of the network is recorded: from then on what the recording reads and gives is there.
  expect(new Set(sampling.slice(3)).size).toBe(1);
  const held = 4; // image, time, label and result
  expect((sampling.at(-1) as number) - (sampling[0] as number)).toBeLessThanOrEqual(held);

  trainer.dispose();
  model.dispose();
  expect(memory().numTensors).toBe(before);
});
