import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, expect } from 'vitest';
import type { UNet } from '../src/index';

/** Returns what keeps networks to the end of their test, which disposes them; no tensor may be left then. On tfjs's CPU. */
export function keptModels(): <Model extends UNet>(model: Model) => Model {
  const models: UNet[] = [];
  beforeAll(() => tf.setBackend('cpu'));
  afterEach(() => {
    for (const model of models.splice(0)) model.dispose();
    expect(tf.memory().numTensors).toBe(0);
  });
  return (model) => {
    models.push(model);
    return model;
  };
}
