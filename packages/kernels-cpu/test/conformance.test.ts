import { checkConformance, conformanceCases } from '@denoiser/ops/testing';
import * as tf from '@tensorflow/tfjs';
import { describe, it } from 'vitest';
import { engines } from './harness';

for (const backend of engines.keys()) {
  describe(`the CPU engine keeps every law of the ops, as ${backend}`, () => {
    for (const one of conformanceCases()) {
      it(`${one.family}: ${one.name}`, async () => {
        tf.setBackend(backend);
        await checkConformance(one);
      });
    }
  });
}
