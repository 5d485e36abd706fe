import { readFileSync } from 'node:fs';
import { type TensorEntry, type TensorFile, writeSafetensors } from '@denoiser/safetensors';
import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import { loadUNet2D, type UNet2D } from '../../src/index';
import { largestDifference } from '../golden';
import { nchwToNhwc, seedData, seedParameter } from '../seed-formula';
import manifest from './manifest.json';

/** What diffusers computed for small networks of every kind, and the same weights and inputs here. */

export type CaseName = keyof typeof manifest.cases;

export type Case = {
  config: Record<string, unknown>;
  time: number[];
  labels: number[] | 'embeddings' | null;
  size: [height: number, width: number];
  /** Shape in files; norm of the gradient; its product with a direction. */
  parameters: Record<string, [shape: number[], norm: number, product: number]>;
};

export const CASES = manifest.cases as unknown as Record<CaseName, Case>;
export const CASE_NAMES = Object.keys(CASES) as CaseName[];

/** The weights of the formula, as diffusers saves them. */
export function goldenFile(name: CaseName): TensorFile {
  const tensors = new Map<string, TensorEntry>();
  for (const [key, [shape]] of Object.entries(CASES[name].parameters)) {
    tensors.set(key, { dtype: 'F32', shape, data: seedParameter(key, shape) });
  }
  return { metadata: { format: 'pt' }, tensors };
}

/** The network of a case. */
export function goldenModel(name: CaseName): UNet2D {
  return loadUNet2D(writeSafetensors(goldenFile(name)), CASES[name].config);
}

/** The inputs of a case: image, direction of the output, time, labels. */
export function goldenInputs(name: CaseName, model: UNet2D) {
  const { time, labels, size } = CASES[name];
  const image = (what: string, channels: unknown) => {
    const shape = [2, channels as number, ...size];
    return tf.tensor4d(nchwToNhwc(seedData(`${name}:${what}`, shape), shape), [2, ...size, channels as number]);
  };
  const { in_channels, out_channels } = model.architecture.config;
  const width = model.parameters.get('time_embedding.linear_2.bias')?.size as number;
  const labelTensor =
    labels === 'embeddings'
      ? tf.tensor2d(seedData(`${name}:labels`, [2, width]), [2, width])
      : labels && tf.tensor1d(labels, 'int32');
  return {
    x: image('x', in_channels),
    target: image('target', out_channels),
    time: tf.tensor1d(time),
    conditioning: labelTensor ? { labels: labelTensor as tf.Tensor1D } : {},
  };
}

/** Expects a case's output, to 2e-4, and each parameter's gradient, to a thousandth of its norm. */
export async function expectAsDiffusers(name: CaseName): Promise<void> {
  const model = goldenModel(name);
  const { x, target, time, conditioning } = goldenInputs(name, model);
  const before = tf.memory().numTensors;
  const y = model.denoiser()(x, time, conditioning);
  const shape = [2, model.architecture.config.out_channels, ...CASES[name].size];
  const bytes = readFileSync(new URL(`./${name}.f32`, import.meta.url));
  const expected = nchwToNhwc(new Float32Array(new Uint8Array(bytes).buffer), shape);
  expect(largestDifference(await y.data(), expected)).toBeLessThan(2e-4);
  y.dispose();
  expect(tf.memory().numTensors).toBe(before);

  const trained = [...model.parameters].filter(([, variable]) => variable.trainable);
  const { grads, value } = tf.variableGrads(
    () => tf.mean(tf.mul(model.denoiser()(x, time, conditioning), target)),
    trained.map(([, variable]) => variable),
  );
  const gradients = new Map(trained.map(([key, variable]) => [key, grads[variable.name] as tf.Tensor]));
  const file = await model.exportParameters(
    new Map([...model.parameters].map(([key, variable]) => [key, gradients.get(key) ?? tf.zerosLike(variable)])),
  );
  const largest = Math.max(...Object.values(CASES[name].parameters).map(([, norm]) => norm));
  const wrong: string[] = [];
  for (const [key, [fileShape, norm, product]] of Object.entries(CASES[name].parameters)) {
    const data = file.tensors.get(key)?.data as Float32Array;
    const direction = seedData(`${key}:direction`, fileShape);
    const found = { norm: Math.sqrt(sum(data, (g) => g * g)), product: sum(data, (g, i) => g * direction[i]) };
    // Some gradients are 0 but for rounding: a bias of keys changes nothing.
    const bound = 1e-3 * norm + 1e-6 * largest;
    if (!(Math.abs(found.norm - norm) < bound && Math.abs(found.product - product) < bound)) {
      wrong.push(`${key}: norm ${found.norm} instead of ${norm}, product ${found.product} instead of ${product}`);
    }
  }
  expect(wrong).toEqual([]);
  tf.dispose([x, target, time, conditioning, value, ...gradients.values()]);
  model.dispose();
}

function sum(data: Float32Array, term: (x: number, i: number) => number): number {
  let total = 0;
  for (let i = 0; i < data.length; i++) total += term(data[i], i);
  return total;
}
