import * as tf from '@tensorflow/tfjs';

/** Numbers that depend on the seed alone, uniform with variance 1. */
export function numbers(size: number, seed: number): Float32Array {
  let state = (seed + 1) * 2654435761;
  return Float32Array.from({ length: size }, () => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) >>> 0;
    return Math.sqrt(3) * (2 * (state / 2 ** 32) - 1);
  });
}

/** A tensor of them. */
export function values<S extends number[]>(shape: S, seed: number): tf.Tensor {
  return tf.tensor(
    numbers(
      shape.reduce((a, b) => a * b, 1),
      seed,
    ),
    shape,
  );
}
