import '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe } from 'vitest';

/** Runs a suite of the references on tfjs's own backends. */
export function onEachBackend(suite: () => void): void {
  for (const backend of ['cpu', 'wasm']) {
    describe(`on ${backend}`, () => {
      beforeAll(async () => void (await tf.setBackend(backend)));
      suite();
    });
  }
}
