import '@tensorflow/tfjs';
import { type CpuEngine, registerCpuEngine } from '@denoiser/kernels-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { CASE_NAMES, expectAsDiffusers } from './golden';

let engine: CpuEngine;
beforeAll(async () => {
  engine = await registerCpuEngine({ threads: 2 });
  await tf.setBackend(engine.backendName);
});

test.each(CASE_NAMES)("%s gives diffusers' output and gradients", expectAsDiffusers);

test("nothing of it ran on other kernels than the engine's", () => {
  expect([...engine.fallbacks()]).toEqual([]);
});
