import '@tensorflow/tfjs';
import { type CpuEngine, registerCpuEngine } from '@denoiser/kernels-cpu';
import { keepActivations, type RunPart, recomputeActivations } from '@denoiser/trainer/parts';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { createUNet } from '../src/index';
import { gradientsOf, testTrainingForm } from './training-form';

let engine: CpuEngine;
beforeAll(async () => {
  engine = await registerCpuEngine({ threads: 2 });
  await tf.setBackend(engine.backendName);
});

testTrainingForm();

test('recomputing takes less than three quarters of the memory at 64×64', () => {
  const model = createUNet({ baseWidth: 16, timeDim: 32 });
  const { usedBytes } = engine.memory();
  const peak = (runPart: RunPart) => {
    gradientsOf(model, { size: 64, runPart });
    return engine.memory().peakBytes - usedBytes; // the most there ever was, so the lower one comes first
  };
  const low = peak(recomputeActivations);
  expect(low).toBeLessThan((3 / 4) * peak(keepActivations));
  model.dispose();
});

test("nothing of it ran on other kernels than the engine's", () => {
  const model = createUNet({ baseWidth: 4, timeDim: 8 });
  engine.fallbacks({ reset: true });
  gradientsOf(model, { size: 8, runPart: recomputeActivations, dropout: 0.1 });
  expect([...engine.fallbacks()]).toEqual([]);
  model.dispose();
});
