// A network of one's own, trained and drawn from: two convolutions that are told the time.
import { drawImages, modelInTraining, selectDevice, writePngGrid } from '@denoiser/backend-node';
import { createTrainer, memoryDataset, trainableModel } from '@denoiser/trainer';
import { compose, conv3x3, dense, timeEmbedding } from '@denoiser/unet';
import * as tf from '@tensorflow/tfjs-core';

await selectDevice();
const images = Float32Array.from({ length: 32 * 8 * 8 }, (_, i) => Math.sin(i / 9 + Math.floor(i / 64)));
const dataset = memoryDataset({ images, imageShape: [8, 8, 1] });

const layer = compose({ first: conv3x3(1, 16), time: dense(32, 16), last: conv3x3(16, 1) }, ({ first, time, last }) => {
  return (x, t) => last(tf.relu(tf.add(first(x), tf.reshape(time(timeEmbedding(t, 32)), [-1, 1, 1, 16]))));
});
const model = trainableModel({ name: 'two-convolutions', layer, seed: 1 });

const trainer = createTrainer({ model, seed: 1, batchSize: 8, learningRate: 2e-3, ema: { startStep: 20 } });
const { losses } = await trainer.fit(dataset, { steps: 60 });
console.log(`trained: loss ${losses[0].loss.toFixed(3)} → ${losses.at(-1).loss.toFixed(3)}`);

const drawn = await drawImages(modelInTraining(trainer, dataset), { count: 4, sampler: 'ddim', steps: 10 });
await writePngGrid(process.argv[2] ?? 'own-network.png', drawn);
trainer.dispose();
model.dispose();
