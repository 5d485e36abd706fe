import { createPlan, ddpm, type NoiseSource, sampleImages } from '@denoiser/samplers';
import { createSchedule } from '@denoiser/schedules';
import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import { loadUNet } from '../src/index';
import manifest from './fixtures/manifest.json';
import { CASES, goldenFile, largestDifference, readBytes, readFloats } from './golden';
import { nchwToNhwc, seedData } from './seed-formula';

/** The sampling runs of the manifest. */
export const RUNS = [
  { name: 'ddpm-tiny', network: 'unet-tiny', noisePrefix: 'ddpm-tiny' },
  { name: 'ddpm-tiny-cfg3', network: 'unet-tiny-conditional', noisePrefix: 'ddpm-tinyc' },
] as const;

/** Samples as the original did, with its noise, and expects its images. */
export async function expectToSampleAsTheOriginal({
  name,
  network,
  noisePrefix,
}: (typeof RUNS)[number]): Promise<void> {
  const { noise_steps: steps, batch, image_size: size, y, cfg_scale: scale, ...files } = manifest.sampling[name];
  const model = loadUNet(goldenFile(CASES[network].parameter_shapes));
  const nchw = [batch, 3, size, size];
  const shape: [number, number, number, number] = [batch, size, size, 3];
  const noise: NoiseSource = ({ purpose, step }) => {
    const name = `${noisePrefix}:noise:${purpose === 'initial' ? 'init' : steps - 1 - step}`;
    return tf.tensor4d(nchwToNhwc(seedData(name, nchw), nchw), shape);
  };
  const plan = createPlan({
    process: createSchedule({ type: 'linear', steps }),
    solver: ddpm({ variance: 'beta' }),
    spacing: 'original',
  });
  const conditioning = y ? { labels: tf.tensor1d(y, 'int32') } : undefined;
  const images = await sampleImages({
    denoiser: model.denoiser(),
    plan,
    shape,
    noise,
    conditioning,
    guidance: { scale },
  });
  const x0 = await images.data();
  expect(largestDifference(x0, nchwToNhwc(readFloats(files.x0), nchw))).toBeLessThan(1e-3);
  // As the original rounds: towards zero.
  const bytes = Array.from(x0, (value) => Math.trunc(((Math.min(1, Math.max(-1, value)) + 1) / 2) * 255));
  expect(largestDifference(bytes, nchwToNhwc(readBytes(files.uint8), nchw))).toBeLessThanOrEqual(1);
}
