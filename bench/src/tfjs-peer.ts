import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import '@tensorflow/tfjs';
import { registerCpuEngine } from '@denoiser/kernels-cpu';
import { registerNativeEngine } from '@denoiser/kernels-cpu-native';
import { completeWasmBackend } from '@denoiser/kernels-stock-wasm';
import { conv2d, meanSquaredError } from '@denoiser/ops';
import { readSafetensors } from '@denoiser/safetensors';
import { type AdamW, createAdamW, trainStep } from '@denoiser/trainer/parts';
import { loadUNet, loadUNet2D, type UNet, type UNet2D } from '@denoiser/unet';
import * as tf from '@tensorflow/tfjs-core';
import type { NetworkName, Step } from './cases';
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

const fileOf = (network: NetworkName, what: string) => readFileSync(join(folder, `${network}.${what}.safetensors`));

/** A network with its inputs, loaded when a case asks for it, so that no other takes memory. */
function load(name: NetworkName) {
  const weights = fileOf(name, 'weights');
  const network: UNet | UNet2D = name === 'original' ? loadUNet(weights) : loadUNet2D(weights);
  const { tensors } = readSafetensors(fileOf(name, 'inputs'));
  const images = (entry: string): tf.Tensor4D => {
    const { data, shape } = tensors.get(entry) as unknown as { data: Float32Array; shape: Shape4D };
    return tf.tidy(() => tf.transpose(tf.tensor4d(data, shape), [0, 2, 3, 1])); // NCHW in the file, NHWC in tfjs
  };
  let optimizer: AdamW | undefined;
  return {
    network,
    x: images('x'),
    target: images('target'),
    get optimizer() {
      optimizer ??= createAdamW(network.parameters);
      return optimizer;
    },
  };
}

type Shape4D = [number, number, number, number];

const loaded = new Map<NetworkName, ReturnType<typeof load>>();

/** Returns what does a step; what lasts longer than one is made before. */
function stepOf({ network: name, batch, isTraining }: Step): () => tf.Tensor {
  const one = loaded.get(name) ?? load(name);
  loaded.set(name, one);
  const { network } = one;
  const first = (images: tf.Tensor4D): tf.Tensor4D => tf.slice(images, 0, batch);
  const predict = () => network.denoiser()(first(one.x), tf.fill([batch], TIME) as tf.Tensor1D);
  if (!isTraining) return predict;
  const { optimizer } = one;
  const loss = () => meanSquaredError(predict(), first(one.target));
  return () => trainStep({ parameters: network.parameters, optimizer, loss });
}

const a = tf.randomNormal([GEMM.rows, GEMM.inner]);
const b = tf.randomNormal([GEMM.inner, GEMM.columns]);
const picture: tf.Tensor4D = tf.randomNormal([1, CONV.side, CONV.side, CONV.channels]);
const filter: tf.Tensor4D = tf.randomNormal([3, 3, CONV.channels, CONV.channels]);

const operations: Record<string, () => tf.Tensor> = {
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
    const predict = stepOf(request.step);
    const output = tf.tidy(() => tf.transpose(predict(), [0, 3, 1, 2]));
    reply({ output: Array.from(await output.data()) });
    output.dispose();
    continue;
  }
  const run = request.step ? stepOf(request.step) : operations[request.run];
  if (!run) throw new Error(`there is no case ${request.run}`);
  const started = performance.now();
  const result = tf.tidy(run); // these backends have computed it when it is there
  const ms = performance.now() - started;
  result.dispose();
  reply({ ms, rss_mb: process.resourceUsage().maxRSS / 1024 });
}

function reply(answer: object): void {
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
