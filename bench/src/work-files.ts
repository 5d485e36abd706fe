import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportOnnx } from '@denoiser/onnx';
import { normals, STREAMS } from '@denoiser/ops';
import { type TensorFile, writeSafetensors } from '@denoiser/safetensors';
import { createUNet, createUNet2D } from '@denoiser/unet';
import { LARGEST_BATCH, NETWORKS, type NetworkName } from './cases';
import { convolutionOnnx, matmulOnnx } from './onnx-models';

export const SIZE = NETWORKS.original.side;
export const TIME_DIM = 256;
export const TIME = 500;

/** The folder of the files that every subject reads: of each network its weights, inputs and ONNX model, in PyTorch's layouts (NCHW). */
export type WorkFiles = { readonly folder: string };

const create = {
  original: () => createUNet({ timeDim: TIME_DIM }),
  unet2d: () =>
    createUNet2D({
      ...{ sample_size: NETWORKS.unet2d.side, block_out_channels: [32, 64, 96], layers_per_block: 1 },
      down_block_types: ['DownBlock2D', 'DownBlock2D', 'AttnDownBlock2D'],
      up_block_types: ['AttnUpBlock2D', 'UpBlock2D', 'UpBlock2D'],
    }),
};

export async function writeWorkFiles(): Promise<WorkFiles> {
  const folder = mkdtempSync(join(tmpdir(), 'denoiser-bench-'));
  mkdirSync(folder, { recursive: true });
  for (const name of Object.keys(create) as NetworkName[]) {
    const { side } = NETWORKS[name];
    const network = create[name]();
    const file = (ending: string) => join(folder, `${name}${ending}`);
    const weights = await network.exportParameters(network.parameters);
    writeFileSync(file('.weights.safetensors'), writeSafetensors(weights));
    writeFileSync(file('.inputs.safetensors'), writeSafetensors(inputs(side)));
    writeFileSync(file('.onnx'), await exportOnnx(network, { imageShape: [side, side, 3] }));
    network.dispose();
  }
  writeFileSync(join(folder, 'gemm.onnx'), await matmulOnnx(GEMM));
  writeFileSync(join(folder, 'conv3x3.onnx'), await convolutionOnnx(CONV));
  return { folder };
}

/** [rows, inner] × [inner, columns] */
export const GEMM = { rows: 512, inner: 512, columns: 512 };
/** What the case fma-peak does, on one thread, whatever the subject's threads. */
export const PEAK_FLOPS = 1e9;
/** [1, channels, side, side] with 3×3 filters to as many channels */
export const CONV = { channels: 64, side: 64 };
/** [1, tokens, heads · size] */
export const ATTENTION = { tokens: 4096, heads: 4, size: 16 };

function inputs(side: number): TensorFile {
  const shape = [LARGEST_BATCH, 3, side, side];
  const count = shape.reduce((a, b) => a * b);
  const image = (index: number) => ({
    dtype: 'F32' as const,
    shape,
    data: normals({ seed: 1, stream: STREAMS.trainingNoise, step: 0, index, count }),
  });
  return { metadata: {}, tensors: new Map(Object.entries({ x: image(0), target: image(1) })) };
}
