import '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { checkConformance, conformanceCases } from '@denoiser/ops/testing';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, it } from 'vitest';
import { completeWasmBackend } from '../src';

describe('the completed wasm backend keeps every law of the ops', () => {
  beforeAll(async () => {
    await tf.setBackend('wasm');
    completeWasmBackend();
  });
  for (const one of conformanceCases())
    it(`${one.family}: ${one.name}`, async () => void (await checkConformance(one)));
});
