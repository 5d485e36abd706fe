// Pictures in memory, training, a PNG: the whole way without the command. The pictures are soft discs; a minute of training
// (raise `steps`) draws discs.
import { selectDevice, writePngGrid } from '@denoiser/backend-node';
import { createPlan, ddim, sampleImages } from '@denoiser/samplers';
import { createSchedule } from '@denoiser/schedules';
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
const schedule = { type: 'linear', steps: 1000 };
const trainer = createTrainer({
  model,
  schedule,
  seed: 1,
  batchSize: 8,
  learningRate: 1e-3,
  ema: { startStep: steps / 2 },
});
await trainer.fit(memoryDataset({ images, imageShape: [side, side, 1] }), {
  steps,
  callbacks: { onStep: ({ step, loss }) => step % 10 === 0 && console.log(`step ${step}: loss ${loss.toFixed(3)}`) },
});

const plan = createPlan({ process: createSchedule(schedule), solver: ddim(), steps: 10, threshold: true });
const shape = [8, side, side, 1];
const pictures = await sampleImages({ denoiser: model.denoiser(trainer.emaParameters), plan, shape, seed: 7 });
await writePngGrid(out, { data: await pictures.data(), shape }, { columns: 4 });
console.log(`${out} is written.`);

pictures.dispose();
trainer.dispose();
model.dispose();
