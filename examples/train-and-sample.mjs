// Pictures in memory, training, a PNG: the whole way without the command. The pictures are soft discs; a minute of training
// (raise `steps`) draws discs.
import { drawImages, modelInTraining, selectDevice, writePngGrid } from '@denoiser/backend-node';
import { createTrainer, memoryDataset } from '@denoiser/trainer';
import { createUNet } from '@denoiser/unet';

const steps = Number(process.env.STEPS ?? 20);
const out = process.argv[2] ?? 'discs.png';
const side = 16;
const count = 64;

const images = new Float32Array(count * side * side);
for (let i = 0; i < images.length; i++) {
  const [n, y, x] = [Math.floor(i / side ** 2), Math.floor(i / side) % side, i % side];
  const distance = Math.hypot(x - 5 - (n % 6), y - 5 - (n % 5));
  images[i] = Math.tanh(4 - distance);
}

const device = await selectDevice();
console.log(`${device.name}: ${device.reason}`);

const model = createUNet({ channels: 1, baseWidth: 8, imageSize: side, seed: 1 });
const trainer = createTrainer({
  model,
  seed: 1,
  batchSize: 8,
  learningRate: 1e-3,
  ema: { startStep: steps / 2 },
});
const dataset = memoryDataset({ images, imageShape: [side, side, 1] });
await trainer.fit(dataset, {
  steps,
  callbacks: { onStep: ({ step, loss }) => step % 10 === 0 && console.log(`step ${step}: loss ${loss.toFixed(3)}`) },
});

const drawn = await drawImages(modelInTraining(trainer, dataset), { count: 8, sampler: 'ddim', steps: 10, seed: 7 });
await writePngGrid(out, drawn, { columns: 4 });
console.log(`${out} is written.`);

trainer.dispose();
model.dispose();
