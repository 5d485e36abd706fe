// A training loop of one's own, made of the trainer's parts: order of the images, draws, loss, AdamW and an average.
import { selectDevice } from '@denoiser/backend-node';
import { createSchedule } from '@denoiser/schedules';
import { createAdamW, createEma, createObjective, drawNoise, planBatches, trainStep } from '@denoiser/trainer/parts';
import { createUNet } from '@denoiser/unet';
import * as tf from '@tensorflow/tfjs-core';

await selectDevice();
const [seed, shape, places] = [1, [4, 16, 16, 1], [0, 1, 2, 3]];
const model = createUNet({ channels: 1, baseWidth: 4, imageSize: 16 });
const kind = { prediction: 'v', weighting: { type: 'min-snr', gamma: 5 }, variance: { type: 'fixed' } };
const objective = createObjective(createSchedule({ type: 'cosine', steps: 200 }), kind);
const optimizer = createAdamW(model.parameters, { learningRate: 2e-3 });
const ema = createEma(model.parameters, { startStep: 10 });
for (const { indices } of planBatches({ seed, length: 16, batchSize: 4, batches: 40 })) {
  const loss = () => {
    const x0 = tf.stack(Array.from(indices, (index) => tf.fill([16, 16, 1], index / 8 - 1))); // 16 images, each of one grey
    const eps = drawNoise(shape, { seed, step: optimizer.step, places });
    return tf.mean(objective(model.denoiser(), { x0, eps, t: places.map(() => Math.floor(200 * Math.random())) }));
  };
  const value = trainStep({ parameters: model.parameters, optimizer, ema, loss });
  if (optimizer.step % 10 === 0) console.log(`step ${optimizer.step}: loss ${value.dataSync()[0].toFixed(3)}`);
  value.dispose();
}
