import '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { completeWasmBackend } from '@denoiser/ops';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { type CaseName, golden, largestDifference } from './golden';

async function difference(name: CaseName): Promise<number> {
  const { model, x, time, conditioning, expected } = golden(name);
  const denoise = model.denoiser();
  const y = tf.tidy(() => denoise(x, time, conditioning));
  return largestDifference(await y.data(), expected);
}

describe('on the wasm backend', () => {
  beforeAll(async () => {
    completeWasmBackend();
    await tf.setBackend('wasm');
  });

  test.each(['unet-tiny', 'unet-tiny-conditional', 'unet-64', 'unet-64-conditional'] as const)(
    "%s gives the original's output",
    async (name) => {
      const d = await difference(name);
      expect(d).toBeLessThan(2e-4);
    },
  );
});

describe('on the cpu backend', () => {
  test("unet-tiny-conditional gives the original's output", async () => {
    await tf.setBackend('cpu');
    expect(await difference('unet-tiny-conditional')).toBeLessThan(2e-4);
  });
});
