import '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { describe, it } from 'vitest';
import { checkConformance, conformanceCases } from '../src/testing';

/** What the stock wasm backend cannot do. */
const trainsConvolutions = (kernels: readonly string[]) => kernels.includes('Conv2DBackpropFilter');

for (const backend of ['cpu', 'wasm']) {
  describe(`the references keep every law on tfjs’s ${backend} backend`, () => {
    for (const one of conformanceCases()) {
      if (backend === 'wasm' && trainsConvolutions(one.kernels)) continue;
      it(`${one.family}: ${one.name}`, async () => {
        await tf.setBackend(backend);
        await checkConformance(one);
      });
    }
  });
}
