import '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect } from 'vitest';
import { normals } from '../src';

/** Runs a suite of the references on tfjs's own backends. */
export function onEachBackend(suite: () => void, backends: ('cpu' | 'wasm')[] = ['cpu', 'wasm']): void {
  for (const backend of backends) {
    describe(`on ${backend}`, () => {
      beforeAll(async () => void (await tf.setBackend(backend)));
      suite();
    });
  }
}

/** A property of whole numbers, each in its range, with the same cases in every run. */
export function forCases(
  ranges: Record<string, [min: number, max: number]>,
  check: (sizes: Record<string, number>, seed: number) => void,
): void {
  const arbitrary = fc.record(
    Object.fromEntries(Object.entries(ranges).map(([k, [min, max]]) => [k, fc.integer({ min, max })])),
  );
  fc.assert(
    fc.property(arbitrary, fc.integer({ min: 0, max: 2 ** 30 }), (sizes, seed) => check(sizes, seed)),
    { numRuns: 15, seed: 20200619 },
  );
}

export type Numbers = { readonly shape: readonly number[]; readonly values: Float64Array };

/** Normal numbers that float32 holds exactly. */
export function random(seed: number, shape: readonly number[], index = 0): Numbers {
  return { shape, values: Float64Array.from(normals({ seed, step: 0, index, count: sizeOf(shape) })) };
}

export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((a, b) => a * b, 1);
}

export function toTensor({ values, shape }: Numbers): Tensor {
  return tf.tensor(Float32Array.from(values), [...shape]);
}

/**
 * Holds an op to a formula in float64: its value, its gradients (by central differences of the formula), and that neither
 * leaves a tensor behind.
 */
export function checkOp(options: {
  inputs: Numbers[];
  op: (...inputs: Tensor[]) => Tensor;
  formula: (...inputs: Float64Array[]) => Float64Array;
  gradients?: boolean;
  tolerance?: number;
}): void {
  const { inputs, op, formula, gradients = true, tolerance = 1e-5 } = options;
  const arrays = inputs.map(({ values }) => values);
  const tensors = inputs.map(toTensor);
  const expected = formula(...arrays);
  const before = tf.memory().numTensors;
  const y = op(...tensors);
  expect(tf.memory().numTensors - before, 'tensors made by the op').toBe(1);
  expectClose(y.dataSync(), expected, tolerance);
  if (gradients) {
    const weights = random(7, y.shape);
    const dy = toTensor(weights);
    const beforeGradients = tf.memory().numTensors;
    const computed = tf.grads(op)(tensors, dy);
    expect(tf.memory().numTensors - beforeGradients, 'tensors made by the gradient').toBe(inputs.length);
    computed.forEach((gradient, i) => {
      expect(gradient.shape).toEqual(tensors[i].shape);
      expectClose(gradient.dataSync(), differences(formula, arrays, i, weights.values), tolerance);
    });
    tf.dispose([dy, computed]);
  }
  tf.dispose([y, tensors]);
}

function differences(
  formula: (...inputs: Float64Array[]) => Float64Array,
  inputs: Float64Array[],
  which: number,
  weights: Float64Array,
): Float64Array {
  const h = 1e-4;
  return inputs[which].map((value, i) => {
    const at = (x: number) => {
      const moved = inputs.map((input) => input.slice());
      moved[which][i] = x;
      return formula(...moved).reduce((sum, y, j) => sum + y * weights[j], 0);
    };
    return (8 * (at(value + h) - at(value - h)) - (at(value + 2 * h) - at(value - 2 * h))) / (12 * h);
  });
}

/** Absolute where the numbers are below 1, relative to the largest above. */
export function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  expect(actual.length).toBe(expected.length);
  let scale = 1;
  let worst = 0;
  for (let i = 0; i < expected.length; i++) {
    scale = Math.max(scale, Math.abs(expected[i]));
    const error = Math.abs(actual[i] - expected[i]);
    worst = error >= worst || Number.isNaN(error) ? error : worst;
  }
  expect(worst).toBeLessThanOrEqual(tolerance * scale);
}

/** Φ by a Taylor series about 0, which float64 carries to |x| < 6 or so within 1e-9, and to |x| < 4 within 1e-13. */
export function normalCdf(x: number): number {
  let term = x;
  let sum = x;
  for (let n = 1; n < 200; n++) {
    term *= (x * x) / (2 * n + 1);
    sum += term;
  }
  return 0.5 + (sum * Math.exp(-0.5 * x * x)) / Math.sqrt(2 * Math.PI);
}

export const activations: Record<'linear' | 'gelu' | 'silu', (x: number) => number> = {
  linear: (x) => x,
  gelu: (x) => x * normalCdf(x),
  silu: (x) => x / (1 + Math.exp(-x)),
};
