import { type TensorInfo, util } from '@tensorflow/tfjs-core';
import type { Engine } from '../machine/engine';
import { jobs } from '../machine/generated/jobs';
import { type EngineKernel, fallBack, kernel, sizeOf } from './kernel';
import { SCRATCH } from './scratch';

/** Computes to[n] = factor · Σ over m of from[m][n], from sums of blocks of rows: the same whichever thread ran which block. */
export function sumOuter(engine: Engine, from: number, m: number, n: number, to: number, factor: number): void {
  const rows = Math.max(64, Math.ceil(m / 64));
  const blocks = Math.ceil(m / rows);
  const partial = engine.scratch(SCRATCH.partial, Math.max(1, blocks) * n * 4);
  engine.run(jobs.sumRows, blocks, { from, m, n, block: rows, partial });
  engine.run(jobs.sumPartials, 1, { partial, blocks, n, factor, to });
}

type Axes = { axis: number | number[]; keepDims?: boolean }; // no axis: all of them

const reductions: EngineKernel[] = ['Sum', 'Mean'].map((name) =>
  kernel<{ x: TensorInfo }, Axes>(name, ({ x }, attrs, backend) => {
    const { engine } = backend;
    const axes = util.parseAxisParam(attrs.axis, x.shape);
    const reduced = x.shape.map((_, i) => axes.includes(i));
    // One run of reduced axes: [outer, m, n] with m reduced.
    const first = reduced.indexOf(true);
    const last = reduced.lastIndexOf(true);
    const oneRun = reduced.every((r, i) => r === (i >= first && i <= last) || x.shape[i] === 1);
    if (x.dtype !== 'float32' || first < 0 || !oneRun || sizeOf(x.shape) === 0)
      return fallBack(name, { x }, attrs, backend);
    const outer = sizeOf(x.shape.slice(0, first));
    const m = sizeOf(x.shape.slice(first, last + 1));
    const n = sizeOf(x.shape.slice(last + 1));
    const shape = attrs.keepDims
      ? x.shape.map((size, i) => (reduced[i] ? 1 : size))
      : x.shape.filter((_, i) => !reduced[i]);
    const y = backend.output(shape, 'float32');
    const from = backend.address(x);
    const to = backend.address(y);
    const factor = name === 'Mean' ? 1 / m : 1;
    if (n === 1 && outer >= 16) {
      const block = Math.max(1, Math.ceil(16384 / m));
      engine.run(jobs.sumEachRow, Math.ceil(outer / block), { from, m: outer, n: m, block, factor, to });
    } else {
      for (let i = 0; i < outer; i++) sumOuter(engine, from + i * m * n * 4, m, n, to + i * n * 4, factor);
    }
    return y;
  }),
);

export const reduceKernels = reductions;
