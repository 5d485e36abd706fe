import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import '@tensorflow/tfjs';
import { registerCpuEngine } from '@denoiser/kernels-cpu';
import { registerNativeEngine } from '@denoiser/kernels-cpu-native';
import { completeWasmBackend } from '@denoiser/kernels-stock-wasm';
import { attention, conv2d, meanSquaredError, type Replayed, replaying } from '@denoiser/ops';
import { readSafetensors } from '@denoiser/safetensors';
import { type AdamW, createAdamW, trainStep } from '@denoiser/trainer/parts';
import { loadUNet, loadUNet2D, type UNet, type UNet2D } from '@denoiser/unet';
import * as tf from '@tensorflow/tfjs-core';
import type { NetworkName, Step } from './cases';
import { ATTENTION, CONV, GEMM, PEAK_FLOPS, TIME } from './work-files';

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
    sampling: undefined as Replayed | undefined,
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
  const denoise = (x: tf.Tensor, time: tf.Tensor) => network.denoiser()(x as tf.Tensor4D, time as tf.Tensor1D);
  // As drawing calls it.
  if (!isTraining) {
    one.sampling ??= replaying(denoise);
    const { call } = one.sampling;
    return () => call(first(one.x), tf.fill([batch], TIME));
  }
  const predict = () => denoise(first(one.x), tf.fill([batch], TIME)) as tf.Tensor4D;
  const { optimizer } = one;
  const loss = () => meanSquaredError(predict(), first(one.target));
  return () => trainStep({ parameters: network.parameters, optimizer, loss });
}

const a = tf.randomNormal([GEMM.rows, GEMM.inner]);
const b = tf.randomNormal([GEMM.inner, GEMM.columns]);
const picture: tf.Tensor4D = tf.randomNormal([1, CONV.side, CONV.side, CONV.channels]);
const filter: tf.Tensor4D = tf.randomNormal([3, 3, CONV.channels, CONV.channels]);

const { tokens, heads } = ATTENTION;
const [q, k, v]: tf.Tensor3D[] = [0, 1, 2].map(() => tf.randomNormal([1, tokens, heads * ATTENTION.size]));

const gemm = (left: tf.Tensor, right: tf.Tensor) => tf.matMul(left as tf.Tensor2D, right as tf.Tensor2D);
const conv3x3 = (x: tf.Tensor, weight: tf.Tensor) => conv2d(x as tf.Tensor4D, weight as tf.Tensor4D);
const attend = (...[queries, keys, values]: tf.Tensor[]) =>
  attention(queries as tf.Tensor3D, keys as tf.Tensor3D, values as tf.Tensor3D, { heads });
/** The output and the gradients by the inputs, from one of the output that is there from the first time on. */
const withGradients = (f: (...inputs: tf.Tensor[]) => tf.Tensor, inputs: tf.Tensor[]) => {
  let dy: tf.Tensor | undefined;
  return () => {
    dy ??= tf.keep(tf.randomNormal(f(...inputs).shape));
    return tf.grads(f)(inputs, dy)[0] as tf.Tensor;
  };
};

const operations: Record<string, () => tf.Tensor> = {
  gemm: () => gemm(a, b),
  conv3x3: () => conv3x3(picture, filter),
  attention: () => attend(q, k, v),
  'gemm-grad': withGradients(gemm, [a, b]),
  'conv3x3-grad': withGradients(conv3x3, [picture, filter]),
  'attention-grad': withGradients(attend, [q, k, v]),
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
