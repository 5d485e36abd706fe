import '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { completeWasmBackend } from '@denoiser/kernels-stock-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, test } from 'vitest';
import { expectToSampleAsTheOriginal, RUNS } from './sample-golden';

beforeAll(async () => {
  completeWasmBackend();
  await tf.setBackend('wasm');
});

test.each(RUNS)("$name: the original's images", expectToSampleAsTheOriginal);
