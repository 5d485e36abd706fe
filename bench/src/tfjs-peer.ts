import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import '@tensorflow/tfjs';
import { registerCpuEngine } from '@denoiser/kernels-cpu';
import { registerNativeEngine } from '@denoiser/kernels-cpu-native';
import { completeWasmBackend } from '@denoiser/kernels-stock-wasm';
import { conv2d, meanSquaredError } from '@denoiser/ops';
import { readSafetensors } from '@denoiser/safetensors';
import { createAdamW, trainStep } from '@denoiser/trainer/parts';
import { loadUNet } from '@denoiser/unet';
import * as tf from '@tensorflow/tfjs-core';
import { CONV, GEMM, PEAK_FLOPS, TIME } from './work-files';

/**
 * Our networks on a tfjs backend, as a process that answers JSON lines. Arguments: 'denoiser' (the CPU engine), 'denoiser-native' (its
 * native machine) or 'wasm' (tfjs's own backend, with the kernels it lacks for training), the folder of the work files, threads.
 */
const [backend, folder, threads] = process.argv.slice(2);

let burn = (_flops: number): void => {};
if (backend !== 'wasm') {
  const register = backend === 'denoiser-native' ? registerNativeEngine : registerCpuEngine;
  const engine = await register({ threads: Number(threads) });
  await tf.setBackend(engine.backendName);
  burn = engine.burn;
} else {
  await import('@tensorflow/tfjs-backend-wasm');
  await tf.setBackend('wasm');
  completeWasmBackend();
}

const unet = loadUNet(readFileSync(join(folder, 'weights.safetensors')));
const { tensors } = readSafetensors(readFileSync(join(folder, 'inputs.safetensors')));
const x = images('x'); // [4, 64, 64, 3]
const target = images('target');
const optimizer = createAdamW(unet.parameters);

const a = tf.randomNormal([GEMM.rows, GEMM.inner]);
const b = tf.randomNormal([GEMM.inner, GEMM.columns]);
const picture: tf.Tensor4D = tf.randomNormal([1, CONV.side, CONV.side, CONV.channels]);
const filter: tf.Tensor4D = tf.randomNormal([3, 3, CONV.channels, CONV.channels]);

const times = (count: number): tf.Tensor1D => tf.fill([count], TIME);
const first = tf.slice(x, [0, 0, 0, 0], [1, -1, -1, -1]);

const cases: Record<string, () => tf.Tensor> = {
  'sample-step-b1': () => unet.denoiser()(first, times(1)),
  'train-step-b4': () =>
    trainStep({
      parameters: unet.parameters,
      optimizer,
      loss: () => meanSquaredError(unet.denoiser()(x, times(x.shape[0])), target),
    }),
  gemm: () => tf.matMul(a as tf.Tensor2D, b as tf.Tensor2D),
  conv3x3: () => conv2d(picture, filter),
  'fma-peak': () => {
    burn(PEAK_FLOPS);
    return tf.scalar(0);
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line);
  if ('output' in request) {
    const output = tf.tidy(() => tf.transpose(unet.denoiser()(first, times(1)), [0, 3, 1, 2]));
    reply({ output: Array.from(await output.data()) });
    output.dispose();
    continue;
  }
  const started = performance.now();
  const result = tf.tidy(cases[request.run]);
  await result.data();
  const ms = performance.now() - started;
  result.dispose();
  reply({ ms, rss_mb: process.resourceUsage().maxRSS / 1024 });
}

function reply(answer: object): void {
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}

/** NCHW in the file, NHWC in tfjs. */
function images(name: string): tf.Tensor4D {
  const entry = tensors.get(name);
  if (!entry) throw new Error(`the inputs have no ${name}`);
  return tf.tidy(() =>
    tf.transpose(
      tf.tensor4d(entry.data as Float32Array, entry.shape as [number, number, number, number]),
      [0, 2, 3, 1],
    ),
  );
}
