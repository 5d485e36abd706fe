import '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { attention, conv2d, normals } from '@denoiser/ops';
import type { Tensor, Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { completeWasmBackend } from './complete';
import type { WasmBackend } from './heap';

const random = (index: number, count: number) => normals({ seed: 5, step: 0, index, count });

describe('completeWasmBackend', () => {
  beforeAll(async () => {
    await tf.setBackend('wasm');
    completeWasmBackend();
  });

  it('does nothing the second time, and never warns', () => {
    const warn = vi.spyOn(console, 'warn');
    const before = tf.getKernel(tf.Conv2DBackpropInput, 'wasm')?.kernelFunc;
    completeWasmBackend();
    expect(tf.getKernel(tf.Conv2DBackpropInput, 'wasm')?.kernelFunc).toBe(before);
    expect(warn).not.toHaveBeenCalled();
  });

  it('attends in parts as in one, when the scores are too many for one', () => {
    const [rows, heads, channels] = [601, 2, 6];
    const [q, k, v, dy] = [0, 1, 2, 3].map((i) => random(i, rows * channels)) as [
      Float32Array,
      Float32Array,
      Float32Array,
      Float32Array,
    ];
    const op = (...tensors: Tensor[]) => attention(...(tensors as [Tensor3D, Tensor3D, Tensor3D]), { heads });
    const tensor = (values: Float32Array) => tf.tensor(values, [1, rows, channels]);
    const tensors = [q, k, v].map(tensor);
    const y = op(...tensors).dataSync();
    const [, dk, dv] = tf
      .grads(op)(tensors, tensor(dy))
      .map((t) => t.dataSync());
    const width = channels / heads;
    const expected = new Float64Array(rows * channels);
    for (let row = 0; row < rows; row++) {
      for (let start = 0; start < channels; start += width) {
        const shares = Array.from({ length: rows }, (_, key) => {
          let score = 0;
          for (let c = start; c < start + width; c++) score += q[row * channels + c] * k[key * channels + c];
          return Math.exp(score / Math.sqrt(width));
        });
        const total = shares.reduce((a, b) => a + b);
        for (let c = start; c < start + width; c++) {
          expected[row * channels + c] = shares.reduce(
            (a, share, key) => a + (share / total) * v[key * channels + c],
            0,
          );
        }
      }
    }
    // Sums of 601 shares; their values are averages of normal numbers, and below 1.
    y.forEach((value, i) => void expect(Math.abs(value - (expected[i] as number))).toBeLessThan(2e-6));
    const sumOf = (values: ArrayLike<number>) => Array.from(values).reduce((a, b) => a + b, 0);
    // Σ over rows of dv is Σ dy, because each row's probabilities sum to 1.
    expect(Math.abs(sumOf(dv) - sumOf(dy))).toBeLessThan(1e-3);
    // Shifting every key by the same vector changes nothing: Σ over keys of dk is 0.
    for (let c = 0; c < channels; c++) {
      expect(Math.abs(sumOf(dk.filter((_, i) => i % channels === c)))).toBeLessThan(1e-4);
    }
  });

  it('does not take integers for floats', () => {
    const integers = tf.tensor2d([1, 2, 3, 4], [2, 2], 'int32');
    expect(() => tf.matMul(integers, integers)).toThrow('float32 tensors, but got int32 and int32');
  });

  it('sums by segment', () => {
    const x = tf.tensor2d([1, 2, 3, 4, 5, 6], [3, 2]);
    const sums = tf.unsortedSegmentSum(x, tf.tensor1d([1, 0, 1], 'int32'), 3);
    expect(Array.from(sums.dataSync())).toEqual([3, 4, 6, 8, 0, 0]);
  });

  it('gives clones that outlive their source', () => {
    const x = tf.tensor1d([1, 2]);
    const copy = x.clone();
    x.dispose();
    expect(Array.from(copy.dataSync())).toEqual([1, 2]);
    copy.dispose();
  });

  it('keeps its memory over hundreds of steps with fresh filters', () => {
    const backend = tf.backend() as unknown as WasmBackend;
    const x = tf.tensor4d(random(1, 2 * 8 * 8 * 64), [2, 8, 8, 64]);
    const weights = random(2, 3 * 3 * 64 * 64);
    const step = () =>
      tf.tidy(() => {
        const filter = tf.tensor4d(weights, [3, 3, 64, 64]); // 150 KB, and as much again packed
        tf.grads((image, f) => conv2d(image as Tensor4D, f as Tensor4D, { padding: 1 }))([x, filter] as Tensor[]);
      });
    for (let i = 0; i < 20; i++) step();
    const [tensors, bytes] = [tf.memory().numTensors, backend.wasm.HEAPU8.length];
    for (let i = 0; i < 400; i++) step();
    expect(tf.memory().numTensors).toBe(tensors);
    // 400 leaked filters, or their packed copies, would be 60 MB.
    expect(backend.wasm.HEAPU8.length).toBe(bytes);
  });
});
