import { readFileSync } from 'node:fs';
import { type TensorEntry, writeSafetensors } from '@denoiser/safetensors';
import * as tf from '@tensorflow/tfjs-core';
import { loadUNet, type UNet, type WeightsOptions } from '../src/index';
import manifest from './fixtures/manifest.json';
import { nchwToNhwc, seedData, seedParameter } from './seed-formula';

/** What the original network computed in PyTorch, and the same weights and inputs here. */

export type CaseName = keyof typeof manifest.forward;

type Case = {
  base_width: number;
  time_dim: number;
  num_classes: number | null;
  params: number;
  image_size: number;
  batch: number;
  t: number[];
  y: number[] | null;
  inputs: { x: string; target: string };
  output: string;
  mse: number;
  adamw_losses: number[];
  grad_l2: Record<string, number>;
  parameter_shapes: Record<string, number[]>;
};

export const CASES = manifest.forward as unknown as Record<CaseName, Case>;

/** The weights of the formula, as the file that a PyTorch user would have: shapes from the manifest, no metadata. */
export function goldenFile(shapes: Record<string, number[]>): Uint8Array {
  const tensors = new Map<string, TensorEntry>();
  for (const [name, shape] of Object.entries(shapes)) {
    tensors.set(name, { dtype: 'F32', shape, data: seedParameter(name, shape) });
  }
  return writeSafetensors({ metadata: {}, tensors });
}

export type Golden = Case & {
  model: UNet;
  x: tf.Tensor4D;
  target: tf.Tensor4D;
  time: tf.Tensor1D;
  conditioning: { labels?: tf.Tensor1D };
  /** What the original gave, NHWC. */
  expected: Float32Array;
};

/** A case of the manifest, ready to run on the current backend. */
export function golden(name: CaseName, options: WeightsOptions = {}): Golden {
  const entry = CASES[name];
  const shape = [entry.batch, 3, entry.image_size, entry.image_size];
  const image = (data: ArrayLike<number>) =>
    tf.tensor4d(nchwToNhwc(data, shape), [entry.batch, entry.image_size, entry.image_size, 3]);
  return {
    ...entry,
    model: loadUNet(goldenFile(entry.parameter_shapes), options),
    x: image(seedData(entry.inputs.x, shape)),
    target: image(seedData(entry.inputs.target, shape)),
    time: tf.tensor1d(entry.t, 'int32'),
    conditioning: entry.y ? { labels: tf.tensor1d(entry.y, 'int32') } : {},
    expected: nchwToNhwc(readFloats(entry.output), shape),
  };
}

/** How far the network's output is from the original's. */
export async function outputDifference(name: CaseName): Promise<number> {
  const { model, x, time, conditioning, expected } = golden(name);
  const denoise = model.denoiser();
  const y = tf.tidy(() => denoise(x, time, conditioning));
  return largestDifference(await y.data(), expected);
}

export function readBytes(file: string): Uint8Array {
  return new Uint8Array(readFileSync(new URL(`./fixtures/${file}`, import.meta.url)));
}

export function readFloats(file: string): Float32Array {
  return new Float32Array(readBytes(file).buffer);
}

export function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let largest = a.length === b.length ? 0 : Number.POSITIVE_INFINITY;
  // Written so that NaN counts as a difference.
  for (let i = 0; i < a.length; i++) if (!(Math.abs(a[i] - b[i]) <= largest)) largest = Math.abs(a[i] - b[i]);
  return largest;
}
