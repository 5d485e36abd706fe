import '@tensorflow/tfjs';
import { exportOnnx, onnxDenoiser } from '@denoiser/onnx';
import { createUNet, createUNet2D } from '@denoiser/unet';
import * as tf from '@tensorflow/tfjs-core';
import type * as Ort from 'onnxruntime-web';

/** Networks that are exported in a page, and computed there by onnxruntime-web. Asked from outside, through `globalThis.onnx`. */

const NETWORKS = {
  original: () => createUNet({ baseWidth: 8, timeDim: 16, classes: 2, seed: 1 }),
  unet2d: () =>
    createUNet2D({
      block_out_channels: [8, 16],
      down_block_types: ['DownBlock2D', 'AttnDownBlock2D'],
      up_block_types: ['AttnUpBlock2D', 'UpBlock2D'],
      layers_per_block: 1,
      norm_num_groups: 4,
      num_class_embeds: 2,
    }),
};
/** Served beside the page; where it stands is known there alone. */
const RUNTIME: string = '/ort/ort.wasm.min.mjs';

export type NetworkName = keyof typeof NETWORKS;

const onnx = {
  /** The largest difference of onnxruntime-web's output from tfjs's. */
  async difference(name: NetworkName, attention: 'plain' | 'contrib'): Promise<number> {
    const ort: typeof Ort = await import(RUNTIME);
    ort.env.wasm.wasmPaths = new URL('/ort/', location.href).href;
    await tf.setBackend('cpu');
    const network = NETWORKS[name]();
    const model = await exportOnnx(network, { imageShape: [16, 16, 3], labels: true, attention });
    const session = await ort.InferenceSession.create(model, { executionProviders: ['wasm'] });
    const x = tf.randomNormal<tf.Rank.R4>([3, 16, 16, 3], 0, 1, 'float32', 7);
    const time = tf.tensor1d([0, 400.5, 999]);
    const conditioning = { labels: tf.tensor1d([1, -1, 0], 'int32') };
    const expected = network.denoiser()(x, time, conditioning);
    const got = await onnxDenoiser(session)(x, time, conditioning);
    await session.release();
    return (await tf.max(tf.abs(tf.sub(expected, got))).data())[0] as number;
  },
};

export type Onnx = typeof onnx;
Object.assign(globalThis, { onnx });
