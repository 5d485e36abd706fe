import '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, describe, expect, it } from 'vitest';
import { Gelu, GeluGrad, gelu } from './index';

describe('a kernel that a backend registers', () => {
  afterEach(() => {
    for (const name of [Gelu, GeluGrad]) if (tf.getKernel(name, 'cpu')) tf.unregisterKernel(name, 'cpu');
  });

  const register = (kernelName: string, value: number) => {
    tf.registerKernel({
      kernelName,
      backendName: 'cpu',
      kernelFunc: ({ inputs }) => tf.fill((inputs.x as tf.Tensor).shape, value),
    });
  };

  it('is used in place of the reference, forward and backward', async () => {
    await tf.setBackend('cpu');
    register(Gelu, 12);
    register(GeluGrad, 34);
    const x = tf.tensor1d([1, 2]);
    expect(Array.from(gelu(x).dataSync())).toEqual([12, 12]);
    expect(
      Array.from(
        tf
          .grad((t) => gelu(t))(x)
          .dataSync(),
      ),
    ).toEqual([34, 34]);
  });

  it('takes over from the reference when it comes later', async () => {
    await tf.setBackend('cpu');
    const x = tf.tensor1d([1]);
    expect(gelu(x).dataSync()[0]).toBeCloseTo(0.841345, 5);
    tf.unregisterKernel(Gelu, 'cpu');
    register(Gelu, 12);
    expect(gelu(x).dataSync()[0]).toBe(12);
  });
});
