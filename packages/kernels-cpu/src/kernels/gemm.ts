import type { Engine } from '../machine/engine';
import { jobs, Start } from '../machine/generated/jobs';
import { ceil, up } from './blocks';
import { SCRATCH } from './scratch';

/** A matrix in memory: element (i, j) at address + i·rowStride + j·columnStride, in bytes. */
export type Matrix = { address: number; rowStride: number; columnStride: number };

export type Product = {
  m: number;
  n: number;
  k: number;
  a: Matrix;
  /** B, or its panels if they are packed already. */
  b: Matrix | { packed: number };
  /** Address of C, row-major with `n` columns. */
  c: number;
  /** Address of a row that is added, n values. */
  bias?: number;
  batch?: { count: number; a: number; b: number; c: number };
};

export const rowMajor = (address: number, columns: number): Matrix => ({
  address,
  rowStride: columns * 4,
  columnStride: 4,
});
export const transposed = (address: number, columns: number): Matrix => ({
  address,
  rowStride: 4,
  columnStride: columns * 4,
});

/** Returns the bytes of n columns of depth k, packed. */
export const packedBytes = ({ columns }: Engine, k: number, n: number): number => up(n, columns) * k * 4;

/** Packs B into panels, as the matrix micro-kernel reads it; `batch` matrices, `batchStride` bytes apart. */
export function pack(engine: Engine, b: Matrix, k: number, n: number, to: number, batch = 1, batchStride = 0): void {
  const panels = ceil(n, engine.columns);
  engine.run(jobs.pack, panels * batch, {
    from: b.address,
    kStride: b.rowStride,
    nStride: b.columnStride,
    k,
    n,
    to,
    fromBatchStride: batchStride,
    toBatchStride: packedBytes(engine, k, n),
  });
}

/** Computes C = A·B (+ bias). How it is cut depends on the shape and the number of threads alone. */
export function multiply(engine: Engine, p: Product): void {
  const { m, n, k } = p;
  const batch = p.batch ?? { count: 1, a: 0, b: 0, c: 0 };
  if (m * n * batch.count === 0) return;
  let packed: number;
  let packedStride: number;
  if ('packed' in p.b) {
    packed = p.b.packed;
    packedStride = batch.b;
  } else {
    const one = packedBytes(engine, k, n);
    const shared = batch.b === 0;
    packed = engine.scratch(SCRATCH.packedB, one * (shared ? 1 : batch.count));
    packedStride = shared ? 0 : one;
    pack(engine, p.b, k, n, packed, shared ? 1 : batch.count, batch.b);
  }
  const { rows, columns } = engine;
  let rowBlock = rows * 12;
  let columnBlock = up(n, columns);
  // The last chunks decide how evenly the threads finish: many, as long as a panel of B serves some twenty rows, or on AMX, which splits
  // it for each chunk, some more.
  const many = engine.threads * 16;
  const enough = engine.threads * 4;
  const chunks = () => ceil(m, rowBlock) * ceil(n, columnBlock) * batch.count;
  if (engine.threads > 1) {
    const few = ceil(engine.simd === 'amx' ? 128 : 20, rows); // tiles that a panel serves
    while (chunks() < many && rowBlock > rows * few) rowBlock = rows * Math.max(few, ceil(rowBlock / rows, 2));
    while (chunks() < enough && columnBlock > 32) columnBlock = up(columnBlock / 2, columns);
    while (chunks() < enough && rowBlock > rows) rowBlock = rows * ceil(rowBlock / rows, 2);
  }
  engine.run(jobs.gemm, chunks(), {
    m,
    n,
    k,
    a: p.a.address,
    rowStride: p.a.rowStride,
    kStride: p.a.columnStride,
    b: packed,
    c: p.c,
    cStride: n * 4,
    start: p.bias === undefined ? Start.zero : Start.bias,
    bias: p.bias ?? 0,
    rowBlock,
    columnBlock,
    aBatchStride: batch.a,
    bBatchStride: packedStride,
    cBatchStride: batch.c,
  });
}
