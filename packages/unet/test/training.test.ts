import '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { completeWasmBackend } from '@denoiser/kernels-stock-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, test } from 'vitest';
import { expectToTrainAsTheOriginal } from './train-golden';

beforeAll(async () => {
  completeWasmBackend();
  await tf.setBackend('wasm');
});

test.each(['unet-tiny', 'unet-tiny-conditional'] as const)('%s trains as the original: gradients, AdamW', (name) =>
  expectToTrainAsTheOriginal(name),
);
