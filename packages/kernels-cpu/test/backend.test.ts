import * as tf from '@tensorflow/tfjs';
import { expect, it } from 'vitest';
import { createEngine } from '../src/machine/engine';
import { detectPlatform, type Platform } from '../src/machine/platform';
import { createWasmMachine } from '../src/machine/wasm-machine';
import { registerEngine } from '../src/register';

const product = () => tf.tidy(() => tf.matMul(tf.ones([64, 32]), tf.ones([32, 64])).dataSync());

it('a reset of tfjs gives the memory back, and leaves the engine usable with all its threads', async () => {
  const real = await detectPlatform();
  let ended = 0;
  const platform: Platform = {
    ...real,
    startWorker: (...start) => ({ ...real.startWorker?.(...start), terminate: () => void ended++ }),
  };
  const engine = createEngine(await createWasmMachine({ platform, threads: 2 }));
  registerEngine(engine, 'reset');
  tf.setBackend('reset');
  const kept = tf.ones([1000]);
  expect(product().every((value) => value === 32)).toBe(true);
  expect(engine.allocator.usedBytes).toBeGreaterThan(4000);
  tf.engine().reset();
  expect(engine.allocator.usedBytes).toBe(0);

  tf.setBackend('reset');
  kept.dispose();
  expect(product().every((value) => value === 32)).toBe(true);
  expect(ended).toBe(0);
  tf.engine().reset();
});

it('tensors move between the engine and another backend when an op needs them there', () => {
  tf.setBackend('cpu');
  const a = tf.tensor1d([1, 2, 3]);
  const counts = tf.tensor1d([1, 2, 3], 'int32');
  const flags = tf.tensor1d([1, 0, 1], 'bool');
  const words = tf.tensor1d(['a', 'b', 'ä'], 'string');
  tf.setBackend('reset');
  const b = tf.add(a, [10, 20, 30]);
  expect([...b.dataSync()]).toEqual([11, 22, 33]);
  expect([...tf.add(counts, counts).dataSync()]).toEqual([2, 4, 6]);
  expect([...tf.where(flags, a, b).dataSync()]).toEqual([1, 22, 3]);
  expect([...tf.concat([words, words]).dataSync()]).toEqual(['a', 'b', 'ä', 'a', 'b', 'ä']);
  tf.setBackend('cpu');
  expect([...tf.mul(a, b).dataSync()]).toEqual([11, 44, 99]);
  expect([...flags.dataSync()]).toEqual([1, 0, 1]);
  expect(words.dataSync()).toEqual(['a', 'b', 'ä']);
  tf.engine().reset();
});

it('a product with a vector, or of inner sizes that differ, is refused', () => {
  tf.setBackend('reset');
  const matrix = tf.ones([2, 2]);
  const vector = tf.ones([2]);
  expect(() => tf.matMul(matrix, vector)).toThrow(/vector/);
  expect(() => tf.matMul(vector, matrix)).toThrow(/vector/);
  expect(() => tf.matMul(tf.zeros([2, 3]), tf.zeros([4, 2]))).toThrow(/inner/i);
  tf.engine().reset();
});
