import { normals, STREAMS } from '@denoiser/ops';
import type { TensorFile } from '@denoiser/safetensors';
import { planFor, sampleImages } from '@denoiser/samplers';
import { createTrainer, type ImageDataset } from '@denoiser/trainer';
import { drawNoise, planBatches } from '@denoiser/trainer/parts';
import type { UNet } from '@denoiser/unet';
import { tensor4d } from '@tensorflow/tfjs-core';
import { BATCH, DRAW_STEPS, processOf, SIZE, type TrainingCase } from './cases';

const SEED = 1;
const PIXELS = SIZE * SIZE;

/** What a side found. */
export interface TrainingCurve {
  readonly losses: readonly number[];
  readonly gradientNorms: readonly number[];
}

/** What this side did: its curve, what it trained on, and what it draws with the averaged weights, [count, SIZE, SIZE, 1]. */
export interface OurTraining {
  readonly curve: TrainingCurve;
  readonly batches: TensorFile;
  readonly samples: Float32Array;
}

/** Trains a network with `createTrainer`, as anybody would, and draws from the noise. */
export async function trainOurs(
  training: TrainingCase,
  unet: UNet,
  options: { dataset: ImageDataset; steps: number; noise: Float32Array; onStep: (step: number) => void },
): Promise<OurTraining> {
  const { dataset, steps, noise, onStep } = options;
  const { prediction, learningRate, maxGradientNorm, emaDecay } = training;
  const trainer = createTrainer({
    ...{ model: unet, seed: SEED, batchSize: BATCH, process: processOf(training), prediction },
    ...{ learningRate, learningRateSchedule: { type: 'cosine' }, maxGradientNorm },
    ema: { type: 'decay', decay: emaDecay, startStep: 1 },
  });
  const times = new Int32Array(steps * BATCH);
  const curve = { losses: [] as number[], gradientNorms: [] as number[] };
  await trainer.fit(dataset, {
    steps,
    callbacks: {
      onStep({ step, loss, gradientNorm, timesteps }) {
        times.set(timesteps, (step - 1) * BATCH);
        curve.losses.push(loss);
        curve.gradientNorms.push(gradientNorm);
        onStep(step);
      },
    },
  });
  const samples = await draw(training, unet.denoiser(trainer.emaParameters), noise);
  trainer.dispose();
  return { curve, batches: await batchesOf(dataset, times), samples };
}

/** The images and the noise of every step, by the functions that the trainer has them from. One channel: NHWC is NCHW. */
async function batchesOf(dataset: ImageDataset, times: Int32Array): Promise<TensorFile> {
  const steps = times.length / BATCH;
  const x0 = new Float32Array(times.length * PIXELS);
  const eps = new Float32Array(times.length * PIXELS);
  const places = Array.from({ length: BATCH }, (_, i) => i);
  const order = planBatches({ seed: SEED, length: dataset.length, batchSize: BATCH, batches: steps });
  let step = 0;
  for (const { indices, epochsDone } of order) {
    const drawn = drawNoise([BATCH, SIZE, SIZE, 1], { seed: SEED, step, places });
    eps.set(await drawn.data(), step * BATCH * PIXELS);
    drawn.dispose();
    for (const [place, index] of indices.entries()) {
      x0.set((await dataset.read(index, epochsDone)).pixels, (step * BATCH + place) * PIXELS);
    }
    step++;
  }
  const images = (data: Float32Array) => ({ dtype: 'F32' as const, shape: [steps, BATCH, 1, SIZE, SIZE], data });
  const t = { dtype: 'I32' as const, shape: [steps, BATCH], data: times };
  return { metadata: {}, tensors: new Map(Object.entries({ x0: images(x0), eps: images(eps), t })) };
}

/** The noise to draw `count` images from. */
export const noiseOf = (count: number): Float32Array =>
  normals({ seed: SEED, stream: STREAMS.initialNoise, step: 0, index: 0, count: count * PIXELS });

async function draw(
  training: TrainingCase,
  denoiser: ReturnType<UNet['denoiser']>,
  noise: Float32Array,
): Promise<Float32Array> {
  const plan = planFor(
    { process: processOf(training), prediction: training.prediction },
    { sampler: 'ddim', steps: DRAW_STEPS, spacing: 'leading' },
  );
  const shape = [noise.length / PIXELS, SIZE, SIZE, 1] as const;
  const images = await sampleImages({ denoiser, plan, shape, noise: () => tensor4d(noise, [...shape]) });
  const data = await images.data<'float32'>();
  images.dispose();
  return data;
}
