/**
 * The memory and time of a training step on the CPU engine: the network, its moments and average, a batch of noise.
 *
 *     node scripts/training-memory.mjs [--size 128] [--width 64] [--batch 1] [--recompute]
 */
import { parseArgs } from 'node:util';
import '@tensorflow/tfjs';
import { registerCpuEngine } from '@denoiser/kernels-cpu';
import { normals } from '@denoiser/ops';
import { createTrainer, memoryDataset } from '@denoiser/trainer';
import * as tf from '@tensorflow/tfjs-core';
import { createUNet } from '../dist/index.js';

const { values } = parseArgs({
  options: {
    size: { type: 'string', default: '128' },
    width: { type: 'string', default: '64' },
    batch: { type: 'string', default: '1' },
    recompute: { type: 'boolean', default: false },
  },
});
const [size, baseWidth, batchSize] = [values.size, values.width, values.batch].map(Number);
const engine = await registerCpuEngine();
await tf.setBackend(engine.backendName);

const model = createUNet({ baseWidth, imageSize: size });
const images = normals({ seed: 1, step: 0, index: 0, count: batchSize * size * size * 3 }).map((z) => Math.tanh(z));
const dataset = memoryDataset({ images, imageShape: [size, size, 3] });
const trainer = createTrainer({ model, seed: 1, batchSize, recompute: values.recompute });
const before = engine.memory().usedBytes;
const megabytes = (bytes) => `${Math.round(bytes / 2 ** 20)} MiB`;
console.log(
  `${size}×${size}, width ${baseWidth}, batch ${batchSize}, ${values.recompute ? 'recomputed' : 'kept'}, ` +
    `${engine.threads} threads; weights, moments and average: ${megabytes(before)}`,
);
for (const steps of [1, 2]) {
  const start = performance.now();
  await trainer.fit(dataset, { steps });
  const seconds = (performance.now() - start) / 1000;
  console.log(`step ${steps}: ${seconds.toFixed(1)} s, peak ${megabytes(engine.memory().peakBytes)}`);
}
process.exit(0);
