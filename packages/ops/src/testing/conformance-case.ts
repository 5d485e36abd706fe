import type { Tensor } from '@tensorflow/tfjs-core';
import { normals } from '../philox';
import { exact, type Tracked } from './tracked';

/** Numbers that float32 holds exactly, and their shape. */
export type Numbers = { readonly shape: readonly number[]; readonly values: Float32Array };

/** An output in float64, every element with its bound. Without bounds it must be met exactly. */
export type Expected = { readonly shape: readonly number[]; readonly values: readonly Tracked[] };

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
  readonly inputs: () => Numbers[];
  readonly run: (...inputs: Tensor[]) => Tensor | Tensor[];
  readonly expected: (...inputs: Numbers[]) => Expected[];
};

export const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/** Normal numbers, times `scale`, that depend on seed and shape alone. */
export function numbers(shape: readonly number[], seed: number, scale = 1): Numbers {
  const values = normals({ seed: 20200619, step: seed, index: 0, count: sizeOf(shape) });
  return { shape, values: values.map((value) => value * scale) };
}

/** An output from a function of the place. */
export function expectedOf(shape: readonly number[], at: (i: number) => Tracked): Expected {
  return { shape, values: Array.from({ length: sizeOf(shape) }, (_, i) => at(i)) };
}

/** An output of which every number is exact. */
export const exactly = (shape: readonly number[], values: ArrayLike<number>): Expected =>
  expectedOf(shape, (i) => exact(values[i] as number));
