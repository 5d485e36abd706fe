/// <reference types="@webgpu/types" />
import '@tensorflow/tfjs';
import { createPlan, ddpm, sample } from '@denoiser/samplers';
import { createSchedule } from '@denoiser/schedules';
import { createTrainer, memoryDataset } from '@denoiser/trainer';
import * as tf from '@tensorflow/tfjs-core';
import { countGpuWork, nothing } from './counter';
import { createNetwork } from './networks';
import { timeSteps } from './steps';
import type { Measurement, Task } from './task';

/** Runs the task here: once in a page or process, since both subjects are tfjs's backend 'webgpu'. */
export async function measure(task: Task): Promise<Measurement> {
  const { subject, step, warmUp, measured, execute } = task;
  tf.enableProdMode();
  // Counting takes time of its own.
  const take = execute ? nothing : countGpuWork({ execute });
  const device = subject === 'denoiser' ? await ours() : await stock();
  const problems: string[] = [];
  device.addEventListener('uncapturederror', ({ error }) => problems.push(error.message));
  const run = step === 'sampling' ? await samplingSteps(task) : trainingSteps(task);
  const settle = () => device.queue.onSubmittedWorkDone();
  await timeSteps(run, settle, { warmUp, measured: 0 });
  take();
  const ms = await timeSteps(run, settle, { warmUp: 0, measured });
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

/** DDPM's, of the whole sampler: network, combination, noise. */
async function samplingSteps({ network, size, baseWidth, batch, precision }: Task): Promise<() => Promise<unknown>> {
  const unet = createNetwork(network, baseWidth);
  const parameters =
    precision && precision !== 'f32'
      ? unet.importParameters(await unet.exportParameters(unet.parameters), { precision })
      : unet.parameters;
  const steps = sample({
    denoiser: unet.denoiser(parameters),
    plan: createPlan({ process: createSchedule({ type: 'linear' }), solver: ddpm() }),
    shape: [batch, size, size, 3],
  });
  return () => steps.next();
}

/** The trainer's: noise, loss, gradients, their norm, AdamW, the average, the loss read back. */
function trainingSteps({ network, size, baseWidth, batch }: Task): () => Promise<unknown> {
  const trainer = createTrainer({ model: createNetwork(network, baseWidth), batchSize: batch, seed: 0 });
  const images = new Float32Array(batch * size * size * 3);
  const dataset = memoryDataset({ images, imageShape: [size, size, 3] });
  let done = 0;
  return () => trainer.fit(dataset, { steps: ++done });
}
