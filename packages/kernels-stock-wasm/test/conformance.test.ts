import '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { checkConformance, conformanceCases, drawnCases } from '@denoiser/ops/testing';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, it } from 'vitest';
import { completeWasmBackend } from '../src';

/** What is tfjs's own and less than what is asked. */
const lacking: readonly RegExp[] = [
  /integers times integers/,
  /bias by element/,
  /channels first/,
  /ClipByValue of what is not a number/,
];

describe('the completed wasm backend keeps every law of the ops', () => {
  beforeAll(async () => {
    await tf.setBackend('wasm');
    completeWasmBackend();
  });
  for (const one of [...conformanceCases(), ...drawnCases()]) {
    const name = `${one.family}: ${one.name}`;
    if (!lacking.some((what) => what.test(name))) it(name, async () => void (await checkConformance(one)));
  }
});
