import '@tensorflow/tfjs';
import { type CpuEngine, registerCpuEngine } from '@denoiser/kernels-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { outputDifference } from './golden';
import { expectToSampleAsTheOriginal, RUNS } from './sample-golden';
import { expectToTrainAsTheOriginal } from './train-golden';

const CASE_NAMES = ['unet-tiny', 'unet-tiny-conditional', 'unet-64', 'unet-64-conditional'] as const;

/** Tests that the CPU engine gives all that the original gave. One engine a process: one configuration a test file. */
export function testAllGoldens(options: Parameters<typeof registerCpuEngine>[0]): void {
  let engine: CpuEngine;
  beforeAll(async () => {
    engine = await registerCpuEngine(options);
    await tf.setBackend(engine.backendName);
  });

  test.each(CASE_NAMES)("%s gives the original's output", async (name) => {
    expect(await outputDifference(name)).toBeLessThan(2e-4);
  });

  test.each(CASE_NAMES)('%s trains as the original: gradients, AdamW', expectToTrainAsTheOriginal);

  test.each(RUNS)("$name: the original's images", expectToSampleAsTheOriginal);

  test("nothing of it ran on other kernels than the engine's", () => {
    expect([...engine.fallbacks()]).toEqual([]);
  });
}
