import '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { attention, conv2d, linear } from '@denoiser/ops';
import type { Tensor, Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { checkOp, expectClose, forCases, type Numbers, random, toTensor } from '../../ops/test/support';
import { completeWasmBackend } from './complete';
import type { WasmBackend } from './heap';

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

  for (const transposeA of [false, true]) {
    for (const transposeB of [false, true]) {
      it(`multiplies batches of matrices, transposeA ${transposeA}, transposeB ${transposeB}, gradients too`, () => {
        forCases(
          { batch: [1, 3], n: [1, 20], k: [1, 5], m: [1, 4], alone: [0, 2] },
          ({ batch, n, k, m, alone }, seed) => {
            const [batchA, batchB] = [alone === 1 ? 1 : batch, alone === 2 ? 1 : batch];
            const a = (i: number, row: number, j: number) =>
              (batchA === 1 ? 0 : i) * n * k + (transposeA ? j * n + row : row * k + j);
            const b = (i: number, j: number, column: number) =>
              (batchB === 1 ? 0 : i) * k * m + (transposeB ? column * k + j : j * m + column);
            checkOp({
              inputs: [
                random(seed, [batchA, ...(transposeA ? [k, n] : [n, k])]),
                random(seed, [batchB, ...(transposeB ? [m, k] : [k, m])], 1),
              ],
              op: (x, y) => tf.matMul(x, y, transposeA, transposeB),
              formula: (x, y) =>
                new Float64Array(batch * n * m).map((_, at) => {
                  const [i, row, column] = [Math.floor(at / n / m), Math.floor(at / m) % n, at % m];
                  let sum = 0;
                  for (let j = 0; j < k; j++) sum += x[a(i, row, j)] * y[b(i, j, column)];
                  return sum;
                }),
              // tfjs doesn't sum the gradient of a factor that was used for all of a batch
              gradients: batchA === batchB,
            });
          },
        );
      });
    }
  }

  it('sums long columns in parts', () => {
    const rows = 2500;
    const [x, dy] = [random(1, [rows, 3]), random(1, [rows, 2], 1)];
    const weight = toTensor(random(1, [3, 2], 2)) as tf.Tensor2D;
    const dweight = tf.grad((w) => linear(toTensor(x), w as tf.Tensor2D))(weight, toTensor(dy));
    const expected = [0, 1, 2].flatMap((i) =>
      [0, 1].map((o) =>
        Array.from({ length: rows }, (_, r) => x.values[r * 3 + i] * dy.values[r * 2 + o]).reduce((a, b) => a + b),
      ),
    );
    expectClose(dweight.dataSync(), expected, 1e-6);
  });

  it('attends in parts as in one, when the scores are too many for one', () => {
    const [rows, heads, channels] = [601, 2, 6];
    const [q, k, v, dy] = [0, 1, 2, 3].map((i) => random(5, [1, rows, channels], i)) as [
      Numbers,
      Numbers,
      Numbers,
      Numbers,
    ];
    const op = (...tensors: Tensor[]) => attention(...(tensors as [Tensor3D, Tensor3D, Tensor3D]), { heads });
    const tensors = [q, k, v].map(toTensor);
    const y = op(...tensors).dataSync();
    const [, dk, dv] = tf
      .grads(op)(tensors, toTensor(dy))
      .map((t) => t.dataSync());
    const width = channels / heads;
    const expected = new Float64Array(rows * channels);
    for (let row = 0; row < rows; row++) {
      for (let start = 0; start < channels; start += width) {
        const shares = Array.from({ length: rows }, (_, key) => {
          let score = 0;
          for (let c = start; c < start + width; c++)
            score += q.values[row * channels + c] * k.values[key * channels + c];
          return Math.exp(score / Math.sqrt(width));
        });
        const total = shares.reduce((a, b) => a + b);
        for (let c = start; c < start + width; c++) {
          expected[row * channels + c] = shares.reduce(
            (a, share, key) => a + (share / total) * v.values[key * channels + c],
            0,
          );
        }
      }
    }
    expectClose(y, expected, 2e-6);
    const sumOf = (values: ArrayLike<number>) => Array.from(values).reduce((a, b) => a + b, 0);
    // Σ over rows of dv is Σ dy, because each row's probabilities sum to 1.
    expect(Math.abs(sumOf(dv) - sumOf(dy.values))).toBeLessThan(1e-3);
    // Shifting every key by the same vector changes nothing: Σ over keys of dk is 0.
    for (let c = 0; c < channels; c++) {
      expect(Math.abs(sumOf(dk.filter((_, i) => i % channels === c)))).toBeLessThan(1e-4);
    }
  });

  it('splits along any axis, as the gradient of a concatenation does', () => {
    const x = tf.range(0, 24).reshape([2, 3, 4]) as Tensor3D;
    const [left, right] = tf.split(x, [1, 3], 2);
    expect(Array.from(left.dataSync())).toEqual([0, 4, 8, 12, 16, 20]);
    expect(Array.from(right.dataSync()).slice(0, 6)).toEqual([1, 2, 3, 5, 6, 7]);
    const parts = tf.split(x, 3, 1);
    expect(Array.from(parts[1].dataSync())).toEqual([4, 5, 6, 7, 16, 17, 18, 19]);
    const ids = tf.split(tf.tensor1d([1, 2, 3], 'int32'), [1, 2]);
    expect(ids[1].dtype).toBe('int32');
    expect(Array.from(ids[1].dataSync())).toEqual([2, 3]);
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
    const x = toTensor(random(1, [2, 8, 8, 64])) as Tensor4D;
    const step = () =>
      tf.tidy(() => {
        const filter = tf.randomNormal([3, 3, 64, 64]) as Tensor4D; // 150 KB, and as much again packed
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
