import '@tensorflow/tfjs';
import { setBackend } from '@tensorflow/tfjs-core';
import { createTrainer } from '../../src/index';
import { dataset, noiseProcess } from '../helpers';
import { tinyModel } from '../tiny-model';
import { fileStore } from './file-store';

/** A process that trains, or goes on training, and says so: arguments are the folder of checkpoints and how many steps. */
const [folder, steps] = process.argv.slice(2) as [string, string];
await setBackend('cpu');
const store = fileStore(folder);
const trainer = createTrainer({
  model: tinyModel({ timesteps: noiseProcess.steps, learnsVariance: true }),
  process: noiseProcess,
  seed: 7,
  batchSize: 3,
  microBatchSize: 2,
  learningRate: 0.01,
  learningRateSchedule: { type: 'cosine', steps: Number(steps), warmup: 10 },
  maxGradientNorm: 1,
  prediction: 'v',
  weighting: { type: 'min-snr' },
  timesteps: { type: 'loss-second-moment', history: 2 },
  variance: { type: 'learned-range' },
  offsetNoise: 0.1,
  labelDropoutPer: 'sample',
  ema: { type: 'half-life', halfLife: 50, warmup: true },
  postHocEma: {},
  onWarning: (message) => process.stderr.write(`${message}\n`),
});
if ((await store.list()).length > 0) await trainer.resume(store);
await trainer.fit(dataset(), {
  steps: Number(steps),
  checkpoints: { store, every: { steps: 3 } },
  validation: { dataset: dataset(4), every: { steps: 10 } },
  callbacks: { onStep: ({ step }) => void process.stdout.write(`${step}\n`) },
});
