import { temporary } from './pool';
import { COLUMNS, fma, ROWS, transpose4x4 } from './simd';

/**
 * Matrix product C = A·B (+ bias, or + C). A is read where it lies: row i, element k at a + i·rowStride + k·kStride.
 * B is packed in panels of 8 columns, [panel][k][8], zero-padded. All strides are bytes.
 */

/** What the accumulators start from. */
export const enum Start {
  zero,
  accumulate,
  bias,
}

/** Longest run over k before the next panel's turn: a panel of it (16 kB) stays in the first-level cache. */
const K_BLOCK: i32 = 512;

/**
 * ROWS × 8 of C. Rows past `rows` repeat the last one. Not unrolled over k: the compiler would hoist the loads and spill the
 * accumulators (62 GFLOP/s unrolled once, 45 twice).
 */
function micro(
  a0: usize,
  rowStride: usize,
  kStride: usize,
  rows: i32,
  b: usize,
  k: i32,
  c0: usize,
  cStride: usize,
  start: Start,
  bias: usize,
): void {
  const last = rows - 1;
  let a1 = a0 + rowStride * min(1, last);
  let a2 = a0 + rowStride * min(2, last);
  let a3 = a0 + rowStride * min(3, last);
  let a4 = a0 + rowStride * min(4, last);
  let a5 = a0 + rowStride * min(5, last);
  let c00 = f32x4.splat(0);
  let c01 = c00;
  if (start == Start.bias) {
    c00 = v128.load(bias);
    c01 = v128.load(bias, 16);
  }
  let c10 = c00;
  let c11 = c01;
  let c20 = c00;
  let c21 = c01;
  let c30 = c00;
  let c31 = c01;
  let c40 = c00;
  let c41 = c01;
  let c50 = c00;
  let c51 = c01;
  if (start == Start.accumulate) {
    c00 = v128.load(c0);
    c01 = v128.load(c0, 16);
    let c = c0 + cStride * min(1, last);
    c10 = v128.load(c);
    c11 = v128.load(c, 16);
    c = c0 + cStride * min(2, last);
    c20 = v128.load(c);
    c21 = v128.load(c, 16);
    c = c0 + cStride * min(3, last);
    c30 = v128.load(c);
    c31 = v128.load(c, 16);
    c = c0 + cStride * min(4, last);
    c40 = v128.load(c);
    c41 = v128.load(c, 16);
    if (ROWS == 6) {
      c = c0 + cStride * min(5, last);
      c50 = v128.load(c);
      c51 = v128.load(c, 16);
    }
  }
  const end = b + ((<usize>k) << 5);
  while (b < end) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    const x0 = v128.load32_splat(a0);
    c00 = fma(x0, b0, c00);
    c01 = fma(x0, b1, c01);
    const x1 = v128.load32_splat(a1);
    c10 = fma(x1, b0, c10);
    c11 = fma(x1, b1, c11);
    const x2 = v128.load32_splat(a2);
    c20 = fma(x2, b0, c20);
    c21 = fma(x2, b1, c21);
    const x3 = v128.load32_splat(a3);
    c30 = fma(x3, b0, c30);
    c31 = fma(x3, b1, c31);
    const x4 = v128.load32_splat(a4);
    c40 = fma(x4, b0, c40);
    c41 = fma(x4, b1, c41);
    if (ROWS == 6) {
      const x5 = v128.load32_splat(a5);
      c50 = fma(x5, b0, c50);
      c51 = fma(x5, b1, c51);
      a5 += kStride;
    }
    a0 += kStride;
    a1 += kStride;
    a2 += kStride;
    a3 += kStride;
    a4 += kStride;
    b += 32;
  }
  v128.store(c0, c00);
  v128.store(c0, c01, 16);
  if (last < 1) return;
  c0 += cStride;
  v128.store(c0, c10);
  v128.store(c0, c11, 16);
  if (last < 2) return;
  c0 += cStride;
  v128.store(c0, c20);
  v128.store(c0, c21, 16);
  if (last < 3) return;
  c0 += cStride;
  v128.store(c0, c30);
  v128.store(c0, c31, 16);
  if (last < 4) return;
  c0 += cStride;
  v128.store(c0, c40);
  v128.store(c0, c41, 16);
  if (ROWS == 6) {
    if (last < 5) return;
    c0 += cStride;
    v128.store(c0, c50);
    v128.store(c0, c51, 16);
  }
}

/** The same for a last panel with fewer than 8 columns: computed aside, then added up by element. */
function microEdge(
  a: usize,
  rowStride: usize,
  kStride: usize,
  rows: i32,
  b: usize,
  k: i32,
  c: usize,
  cStride: usize,
  start: Start,
  bias: usize,
  columns: i32,
): void {
  const tile = temporary();
  micro(a, rowStride, kStride, rows, b, k, tile, 32, Start.zero, 0);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      const to = c + i * cStride + (j << 2);
      let value = load<f32>(tile + (i << 5) + (j << 2));
      if (start == Start.accumulate) value += load<f32>(to);
      else if (start == Start.bias) value += load<f32>(bias + (j << 2));
      store<f32>(to, value);
    }
  }
}

/** m × n of C on this thread. `panelStride` is the distance of two panels of B, `start` what C starts from. */
export function gemm(
  m: i32,
  n: i32,
  k: i32,
  a: usize,
  rowStride: usize,
  kStride: usize,
  b: usize,
  panelStride: usize,
  c: usize,
  cStride: usize,
  start: Start,
  bias: usize,
): void {
  const blocks = max(1, (k + K_BLOCK - 1) / K_BLOCK);
  const kBlock = (k + blocks - 1) / blocks;
  for (let k0 = 0; k0 < k || k0 == 0; k0 += max(1, kBlock)) {
    const depth = min(kBlock, k - k0);
    const from = k0 == 0 ? start : Start.accumulate;
    let panel = b + ((<usize>k0) << 5);
    for (let j = 0; j < n; j += COLUMNS) {
      const columns = n - j;
      for (let i = 0; i < m; i += ROWS) {
        const at = a + i * rowStride + k0 * kStride;
        const to = c + i * cStride + (j << 2);
        const rows = min(ROWS, m - i);
        if (columns >= COLUMNS)
          micro(at, rowStride, kStride, rows, panel, depth, to, cStride, from, bias + (j << 2));
        else microEdge(at, rowStride, kStride, rows, panel, depth, to, cStride, from, bias + (j << 2), columns);
      }
      panel += panelStride;
    }
  }
}

@unmanaged
class GemmArguments {
  m: i32;
  n: i32;
  k: i32;
  a: usize;
  rowStride: usize;
  kStride: usize;
  /** Packed. */
  b: usize;
  c: usize;
  cStride: usize;
  start: Start;
  /** [n], or 0 */
  bias: usize;
  /** Rows of a chunk. */
  rowBlock: i32;
  /** Columns of a chunk, a multiple of 8. */
  columnBlock: i32;
  /** Bytes from one matrix of the batch to the next. */
  aBatchStride: usize;
  bBatchStride: usize;
  cBatchStride: usize;
}

/** A batched product; chunk (matrix of the batch, block of rows, block of columns). */
export function gemmJob(args: GemmArguments, chunk: i32): void {
  const m = args.m;
  const n = args.n;
  const k = args.k;
  const rowStride = args.rowStride;
  const cStride = args.cStride;
  const rowBlock = args.rowBlock;
  const columnBlock = args.columnBlock;
  const columnBlocks = (n + columnBlock - 1) / columnBlock;
  const rowBlocks = (m + rowBlock - 1) / rowBlock;
  const j = (chunk % columnBlocks) * columnBlock;
  chunk /= columnBlocks;
  const i = (chunk % rowBlocks) * rowBlock;
  const batch = <usize>(chunk / rowBlocks);
  gemm(
    min(rowBlock, m - i),
    min(columnBlock, n - j),
    k,
    args.a + batch * args.aBatchStride + i * rowStride,
    rowStride,
    args.kStride,
    args.b + batch * args.bBatchStride + ((<usize>j * k) << 2),
    (<usize>k) << 5,
    args.c + batch * args.cBatchStride + i * cStride + (j << 2),
    cStride,
    args.start,
    args.bias + (j << 2),
  );
}

/** Packs one panel: columns `from`…, element (k, n) at from + k·kStride + n·nStride. */
export function packPanel(from: usize, kStride: usize, nStride: usize, k: i32, columns: i32, to: usize): void {
  if (columns >= COLUMNS && nStride == 4) {
    for (let i = 0; i < k; i++) {
      v128.store(to, v128.load(from));
      v128.store(to, v128.load(from, 16), 16);
      from += kStride;
      to += 32;
    }
    return;
  }
  let i = 0;
  if (columns >= COLUMNS && kStride == 4) {
    for (; i + 4 <= k; i += 4) {
      transpose4x4(from, nStride, to, 32);
      transpose4x4(from + 4 * nStride, nStride, to + 16, 32);
      from += 16;
      to += 128;
    }
  }
  for (; i < k; i++) {
    for (let j = 0; j < COLUMNS; j++)
      store<f32>(to + (j << 2), j < columns ? load<f32>(from + j * nStride) : 0);
    from += kStride;
    to += 32;
  }
}

@unmanaged
class PackArguments {
  from: usize;
  kStride: usize;
  nStride: usize;
  k: i32;
  n: i32;
  to: usize;
  /** Bytes from one matrix of the batch to the next. */
  fromBatchStride: usize;
  toBatchStride: usize;
}

/** Packs B; chunk (matrix of the batch, panel). */
export function packJob(args: PackArguments, chunk: i32): void {
  const k = args.k;
  const n = args.n;
  const panels = (n + COLUMNS - 1) / COLUMNS;
  const panel = chunk % panels;
  const batch = <usize>(chunk / panels);
  const nStride = args.nStride;
  packPanel(
    args.from + batch * args.fromBatchStride + panel * COLUMNS * nStride,
    args.kStride,
    nStride,
    k,
    min(COLUMNS, n - panel * COLUMNS),
    args.to + batch * args.toBatchStride + ((<usize>panel * k) << 5),
  );
}

@unmanaged
class PeakArguments {
  rounds: i32;
}

/** Ten vectors of multiply-adds in registers, over and over: the peak that kernels aim at. */
export function peakJob(args: PeakArguments, _chunk: i32): void {
  const a = f32x4.splat(0.999);
  const b = f32x4.splat(0.001);
  let c0 = f32x4.splat(0);
  let c1 = f32x4.splat(1);
  let c2 = f32x4.splat(2);
  let c3 = f32x4.splat(3);
  let c4 = f32x4.splat(4);
  let c5 = f32x4.splat(5);
  let c6 = f32x4.splat(6);
  let c7 = f32x4.splat(7);
  let c8 = f32x4.splat(8);
  let c9 = f32x4.splat(9);
  for (let i = args.rounds; i > 0; i--) {
    c0 = fma(a, b, c0);
    c1 = fma(a, b, c1);
    c2 = fma(a, b, c2);
    c3 = fma(a, b, c3);
    c4 = fma(a, b, c4);
    c5 = fma(a, b, c5);
    c6 = fma(a, b, c6);
    c7 = fma(a, b, c7);
    c8 = fma(a, b, c8);
    c9 = fma(a, b, c9);
  }
  c0 = f32x4.add(f32x4.add(f32x4.add(c0, c1), f32x4.add(c2, c3)), f32x4.add(c4, c5));
  v128.store(temporary(), f32x4.add(c0, f32x4.add(f32x4.add(c6, c7), f32x4.add(c8, c9))));
}
