import '@tensorflow/tfjs';
import { type CpuEngine, registerCpuEngine } from '@denoiser/kernels-cpu';
import { keepActivations, recomputeActivations } from '@denoiser/trainer/parts';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { createUNet } from '../src/index';
import { gradientsOf, lossOf, testTrainingForm } from './training-form';

let engine: CpuEngine;
beforeAll(async () => {
  engine = await registerCpuEngine({ threads: 2 });
  await tf.setBackend(engine.backendName);
});

testTrainingForm();

test('recomputing takes less than half of the memory at 64×64 that gradients of tfjs take, and less than freeing the tape', () => {
  const model = createUNet({ baseWidth: 16, timeDim: 32 });
  const { usedBytes } = engine.memory();
  // The most there ever was, so the lowest comes first.
  const peak = (use: () => void) => {
    use();
    return engine.memory().peakBytes - usedBytes;
  };
  const size = 64;
  const recomputed = peak(() => gradientsOf(model, { size, runPart: recomputeActivations }));
  const kept = peak(() => gradientsOf(model, { size, runPart: keepActivations }));
  const ofTfjs = peak(() => {
    const { value, grads } = tf.variableGrads(lossOf(model, { size, runPart: keepActivations }));
    tf.dispose([value, grads]);
  });
  expect(recomputed).toBeLessThan(ofTfjs / 2);
  expect(recomputed).toBeLessThan((3 / 4) * kept);
  model.dispose();
});

test("nothing of it ran on other kernels than the engine's", () => {
  const model = createUNet({ baseWidth: 4, timeDim: 8 });
  engine.fallbacks({ reset: true });
  gradientsOf(model, { size: 8, runPart: recomputeActivations, dropout: 0.1 });
  expect([...engine.fallbacks()]).toEqual([]);
  model.dispose();
});
