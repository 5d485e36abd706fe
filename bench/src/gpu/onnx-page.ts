/// <reference types="@webgpu/types" />
import type * as Ort from 'onnxruntime-web';
import { countGpuWork } from '../web/counter';
import type { Measurement } from '../web/task';
import { type OnnxTask, timePredictions } from './onnx-steps';

declare const location: { readonly href: string };

/** Served beside the page; where it stands is known there alone. */
const RUNTIME: string = '/ort/ort.webgpu.min.mjs';

/** onnxruntime-web's WebGPU; what it gives stays on the GPU. Counting costs its few dispatches nothing that shows. */
export async function timeOnnx(task: OnnxTask): Promise<Measurement> {
  const ort: typeof Ort = await import(RUNTIME);
  ort.env.wasm.wasmPaths = new URL('/ort/', location.href).href;
  const take = countGpuWork({ execute: true });
  const session = await ort.InferenceSession.create(task.model, {
    executionProviders: ['webgpu'],
    preferredOutputLocation: 'gpu-buffer',
  });
  const { queue } = (await ort.env.webgpu.device) as GPUDevice;
  const settle = async (outputs: Readonly<Record<string, unknown>>) => {
    await queue.onSubmittedWorkDone();
    for (const tensor of Object.values(outputs as Record<string, Ort.Tensor>)) tensor.dispose();
  };
  await timePredictions(ort as never, session as never, settle, { ...task, measured: 0 });
  take();
  const ms = await timePredictions(ort as never, session as never, settle, { ...task, warmUp: 0 });
  return { counts: take(), ms };
}
