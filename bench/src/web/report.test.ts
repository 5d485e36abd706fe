import { expect, test } from 'vitest';
import { flopsOf } from './flops';
import { countTable, timeTable } from './report';
import type { Measurement, Task } from './task';

const task: Task = {
  ...{ subject: 'denoiser', network: 'original', step: 'sampling', size: 64, baseWidth: 64, batch: 1 },
  ...{ warmUp: 3, measured: 2, execute: false },
};
const measured = (dispatches: number, bytes: number, ms: number[]): Measurement => ({
  counts: { dispatches, bytes, buffers: 0, allocated: 0, readbacks: 2, submissions: 4, kernels: {} },
  ms,
});
const results = [
  { task, measurement: measured(20, 4e6, [30, 10, 20]) },
  { task: { ...task, subject: 'stock tfjs' } as const, measurement: measured(90, 10e6, [50, 40, 10]) },
];

test('counts are per step, and ours are compared with stock', () => {
  expect(countTable(results)).toContain('| sampling | denoiser | 10 | 2.0 | 0 | 0.0 | 1 | 2 |');
  expect(countTable(results)).toContain('| sampling | **fewer** | **4.5×** | **2.5×** |');
});

test('times are medians, with the least and the most', () => {
  expect(timeTable(results)).toContain('| sampling | 20 ms (10–30) | 40 ms (10–50) | 2.00× |');
});

test('a convolution and its two gradients do the same work', () => {
  const [x, filter, y] = [{ shape: [1, 8, 8, 3] }, { shape: [3, 3, 3, 16] }, { shape: [1, 8, 8, 16] }];
  const flops = 2 * 8 * 8 * 16 * 3 * 3 * 3;
  expect(flopsOf('Conv2D', { inputs: { x, filter }, attrs: {}, outputs: [y] })).toBe(flops);
  expect(flopsOf('Conv2DBackpropInput', { inputs: { dy: y, filter }, attrs: {}, outputs: [x] })).toBe(flops);
  expect(flopsOf('Conv2DBackpropFilter', { inputs: { x, dy: y }, attrs: {}, outputs: [filter] })).toBe(flops);
});
