import '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, expect, test, vi } from 'vitest';
import { createTrainer, trainableModel } from './index';

afterEach(() => void vi.restoreAllMocks());

test('moments and averages that have no room are refused before any of them is made', () => {
  const weight = tf.variable(tf.zeros([2 ** 20])); // 4 MiB
  const model = trainableModel({ name: 'one', variables: { weight }, predict: (x) => x.clone() });
  const before = tf.memory().numTensors;
  const process_ = { process: { type: 'linear', steps: 10 }, seed: 1, batchSize: 1 } as const;
  const roomOf = (mib: number) => vi.spyOn(process, 'availableMemory').mockReturnValue(mib * 2 ** 20);
  roomOf(11);
  expect(() => createTrainer({ model, ...process_ })).toThrow(/take 0\.0 GiB, and this process has 0\.0 left/);
  roomOf(12);
  expect(() => createTrainer({ model, ...process_, postHocEma: { sigmaRel: [0.1] } })).toThrow('make a smaller');
  expect(tf.memory().numTensors).toBe(before);
  createTrainer({ model, ...process_ }).dispose();
  model.dispose();
});
