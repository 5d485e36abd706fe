import '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { completeWasmBackend } from '@denoiser/kernels-stock-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { outputDifference } from './golden';

describe('on the wasm backend', () => {
  beforeAll(async () => {
    completeWasmBackend();
    await tf.setBackend('wasm');
  });

  test.each(['unet-tiny', 'unet-tiny-conditional', 'unet-64', 'unet-64-conditional'] as const)(
    "%s gives the original's output",
    async (name) => {
      expect(await outputDifference(name)).toBeLessThan(2e-4);
    },
  );
});

describe('on the cpu backend', () => {
  test("unet-tiny-conditional gives the original's output", async () => {
    await tf.setBackend('cpu');
    expect(await outputDifference('unet-tiny-conditional')).toBeLessThan(2e-4);
  });
});
