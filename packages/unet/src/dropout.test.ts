import '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { dropout } from './dropout';

const IMAGE = 16 * 16 * 8;
const OPTIONS = { rate: 0.25, seed: 3, step: 5, places: [0, 1], name: 'inc.dropout' };

beforeAll(() => tf.setBackend('cpu'));

/** What is left of ones, image after image. */
function left(options: Partial<typeof OPTIONS> = {}): Float32Array[] {
  const o = { ...OPTIONS, ...options };
  return tf.tidy(() => {
    const all = dropout(tf.ones([o.places.length, 16, 16, 8]), o).dataSync();
    return o.places.map((_, i) => Float32Array.from(all.subarray(i * IMAGE, (i + 1) * IMAGE)));
  });
}

test('drops its share and lets the others grow, so that the mean stays', () => {
  for (const rate of [0.1, 0.5, 0.8]) {
    const numbers = left({ rate, places: [0, 1, 2, 3] }).flatMap((image) => Array.from(image));
    expect(new Set(numbers)).toEqual(new Set([0, Math.fround(1 / (1 - rate))]));
    const share = numbers.filter((x) => x === 0).length / numbers.length;
    expect(Math.abs(share - rate)).toBeLessThan(4 * Math.sqrt((rate * (1 - rate)) / numbers.length));
  }
});

test('is a pure function of seed, step, place and name', () => {
  const [first, second] = left();
  expect(left()).toEqual([first, second]);
  expect(left({ places: [7, 1] })[1]).toEqual(second);
  for (const other of [{ seed: 4 }, { step: 6 }, { places: [1, 0] }, { name: 'bot1.dropout' }]) {
    expect(left(other)[0]).not.toEqual(first);
  }
});

test('passes gradients on where it passed numbers on, and leaves no tensor behind', () => {
  const before = tf.memory().numTensors;
  const gradient = tf.tidy(() =>
    tf
      .grad((x) => tf.sum(dropout(x as tf.Tensor4D, OPTIONS)))(tf.ones([2, 16, 16, 8]))
      .dataSync(),
  );
  const [first, second] = left();
  expect(gradient).toEqual(Float32Array.from([...first, ...second]));
  expect(tf.memory().numTensors).toBe(before);
});

test.each([0, 1, -0.1, Number.NaN])('refuses a share of %f', (rate) => {
  expect(() => left({ rate })).toThrow(/a share from 0 to below 1, but/);
});
