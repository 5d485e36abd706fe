/// <reference types="@webgpu/types" />
import '@tensorflow/tfjs';
import { createPlan, ddpm, sample } from '@denoiser/samplers';
import { createSchedule } from '@denoiser/schedules';
import { createTrainer, memoryDataset } from '@denoiser/trainer';
import { createUNet, createUNet2D, unet2dFor } from '@denoiser/unet';
import * as tf from '@tensorflow/tfjs-core';
import { countGpuWork } from './counter';
import type { Measurement, Task } from './task';

/** Runs the task here: once in a page or process, since both subjects are tfjs's backend 'webgpu'. */
export async function measure(task: Task): Promise<Measurement> {
  const { subject, step, warmUp, measured, execute } = task;
  tf.enableProdMode();
  const take = countGpuWork({ execute });
  const device = subject === 'denoiser' ? await ours() : await stock();
  const problems: string[] = [];
  device.addEventListener('uncapturederror', ({ error }) => problems.push(error.message));
  const run = step === 'sampling' ? samplingSteps(task) : trainingSteps(task);
  for (let i = 0; i < warmUp; i++) await run();
  await device.queue.onSubmittedWorkDone();
  take();
  const ms: number[] = [];
  for (let i = 0; i < measured; i++) {
    const started = performance.now();
    await run();
    await device.queue.onSubmittedWorkDone();
    ms.push(performance.now() - started);
  }
  return { counts: take(), ms, ...(problems[0] !== undefined && { problem: problems[0] }) };
}

async function ours(): Promise<GPUDevice> {
  const { registerWebGPU } = await import('@denoiser/kernels-webgpu');
  const { backendName, device } = await registerWebGPU();
  await tf.setBackend(backendName);
  return device;
}

async function stock(): Promise<GPUDevice> {
  await import('@tensorflow/tfjs-backend-webgpu');
  await tf.setBackend('webgpu');
  return (tf.backend() as unknown as { device: GPUDevice }).device;
}

const networkOf = ({ network, baseWidth, size }: Task) =>
  network === 'original' ? createUNet({ baseWidth }) : createUNet2D(unet2dFor({ imageSize: size }));

/** DDPM's, of the whole sampler: network, combination, noise. */
function samplingSteps(task: Task): () => Promise<unknown> {
  const { size, batch } = task;
  const steps = sample({
    denoiser: networkOf(task).denoiser(),
    plan: createPlan({ process: createSchedule({ type: 'linear' }), solver: ddpm() }),
    shape: [batch, size, size, 3],
  });
  return () => steps.next();
}

/** The trainer's: noise, loss, gradients, their norm, AdamW, the average, the loss read back. */
function trainingSteps(task: Task): () => Promise<unknown> {
  const { size, batch } = task;
  const trainer = createTrainer({ model: networkOf(task), batchSize: batch, seed: 0 });
  const images = new Float32Array(batch * size * size * 3);
  const dataset = memoryDataset({ images, imageShape: [size, size, 3] });
  let done = 0;
  return () => trainer.fit(dataset, { steps: ++done });
}
