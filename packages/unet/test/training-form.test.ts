import '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { completeWasmBackend } from '@denoiser/kernels-stock-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll } from 'vitest';
import { testTrainingForm } from './training-form';

beforeAll(async () => {
  completeWasmBackend();
  await tf.setBackend('wasm');
});

testTrainingForm();
