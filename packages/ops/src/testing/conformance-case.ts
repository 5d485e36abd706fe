import * as tf from '@tensorflow/tfjs-core';
import { normals, uniforms } from '../philox';
import { sizeOf } from './places';
import { exact, type Tracked } from './tracked';

export type Values = Float32Array | Float64Array;

/** Numbers that float32 holds exactly, and their shape. */
export type Numbers = { readonly shape: readonly number[]; readonly values: Values };

/** An output in float64, every element with its bound. Without bounds it must be met exactly. */
export type Expected = {
  readonly shape: readonly number[];
  readonly values: readonly Tracked[];
  /** Default float32. */
  readonly dtype?: 'int32';
};

/**
 * One law that every backend keeps: `run` on the current backend gives what `expected` computes in float64. Plain data and
 * functions of tfjs, so that the same cases run in Node and in a page.
 */
export type ConformanceCase = {
  /** The op, and the file that the case stands in. */
  readonly family: string;
  readonly name: string;
  /** The kernels that it is about: a backend that brings its own can look whether they ran. */
  readonly kernels: readonly string[];
  /** Kernels that do the same in fewer calls: where one of them ran, those need not. */
  readonly fused?: readonly string[];
  readonly inputs: () => Numbers[];
  readonly run: (...inputs: tf.Tensor[]) => tf.Tensor | tf.Tensor[];
  readonly expected: (...inputs: Numbers[]) => Expected[];
  /** Whether the outputs are an op of all inputs but the last, and its gradients by them for that last as dy. */
  readonly hasGradients?: boolean;
};

const SEED = 20200619;

/** Normal numbers, times `scale`, that depend on seed and shape alone. */
export function numbers(shape: readonly number[], seed: number, scale = 1): { shape: number[]; values: Float32Array } {
  const values = normals({ seed: SEED, step: seed, index: 0, count: sizeOf(shape) });
  return { shape: [...shape], values: values.map((value) => value * scale) };
}

/** Whole numbers, each from its range (both ends included), `count` times: the same in every run. */
export function draw<Name extends string>(
  count: number,
  ranges: Readonly<Record<Name, readonly [least: number, most: number]>>,
): Record<Name, number>[] {
  const names = Object.keys(ranges) as Name[];
  return Array.from({ length: count }, (_, index) => {
    const shares = uniforms({ seed: SEED, step: 0, index, count: names.length });
    const drawn = names.map((name, i) => {
      const [least, most] = ranges[name];
      return [name, least + Math.floor((shares[i] as number) * (most - least + 1))];
    });
    return Object.fromEntries(drawn) as Record<Name, number>;
  });
}

/** Runs an op and its gradients by all of its inputs; of a case's inputs, the last one is dy. */
export function differentiated(op: (...inputs: tf.Tensor[]) => tf.Tensor) {
  const run = (...all: tf.Tensor[]): tf.Tensor[] => {
    const [inputs, dy] = [all.slice(0, -1), all.at(-1) as tf.Tensor];
    return [op(...inputs), ...tf.grads(op)(inputs, dy)];
  };
  return { run, hasGradients: true };
}

/** An output from a function of the place. */
export function expectedOf(shape: readonly number[], at: (i: number) => Tracked): Expected {
  return { shape, values: Array.from({ length: sizeOf(shape) }, (_, i) => at(i)) };
}

/** An output of which every number is exact. */
export const exactly = (shape: readonly number[], values: ArrayLike<number>): Expected =>
  expectedOf(shape, (i) => exact(values[i] as number));

/** As `exactly`, of whole numbers. */
export const exactIntegers = (shape: readonly number[], values: ArrayLike<number>): Expected => ({
  ...exactly(shape, values),
  dtype: 'int32',
});
