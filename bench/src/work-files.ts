import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportOnnx } from '@denoiser/onnx';
import { normals, STREAMS } from '@denoiser/ops';
import { type TensorFile, writeSafetensors } from '@denoiser/safetensors';
import { createUNet } from '@denoiser/unet';
import { convolutionOnnx, matmulOnnx } from './onnx-models';

export const SIZE = 64;
export const TIME_DIM = 256;
export const TIME = 500;
/** Of the largest case. */
const BATCH = 4;

/** The files that every subject reads: one set of weights and inputs, in PyTorch's layouts (NCHW). */
export type WorkFiles = { readonly folder: string; readonly weights: string; readonly inputs: string };

export async function writeWorkFiles(): Promise<WorkFiles> {
  const folder = mkdtempSync(join(tmpdir(), 'denoiser-bench-'));
  mkdirSync(folder, { recursive: true });
  const unet = createUNet({ timeDim: TIME_DIM });
  const weights = await unet.exportParameters(unet.parameters);
  const model = await exportOnnx(unet, { imageShape: [SIZE, SIZE, 3] });
  unet.dispose();

  const files = { folder, weights: join(folder, 'weights.safetensors'), inputs: join(folder, 'inputs.safetensors') };
  writeFileSync(files.weights, writeSafetensors(weights));
  writeFileSync(files.inputs, writeSafetensors(inputs()));
  writeFileSync(join(folder, 'sample-step-b1.onnx'), model);
  writeFileSync(join(folder, 'gemm.onnx'), await matmulOnnx(GEMM));
  writeFileSync(join(folder, 'conv3x3.onnx'), await convolutionOnnx(CONV));
  return files;
}

/** [rows, inner] × [inner, columns] */
export const GEMM = { rows: 512, inner: 512, columns: 512 };
/** What the case fma-peak does, on one thread, whatever the subject's threads. */
export const PEAK_FLOPS = 1e9;
/** [1, channels, side, side] with 3×3 filters to as many channels */
export const CONV = { channels: 64, side: 64 };

function inputs(): TensorFile {
  const shape = [BATCH, 3, SIZE, SIZE];
  const count = shape.reduce((a, b) => a * b);
  const image = (index: number) => ({
    dtype: 'F32' as const,
    shape,
    data: normals({ seed: 1, stream: STREAMS.trainingNoise, step: 0, index, count }),
  });
  return { metadata: {}, tensors: new Map(Object.entries({ x: image(0), target: image(1) })) };
}
