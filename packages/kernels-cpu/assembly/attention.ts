import { gemm, Start } from './gemm';
import { exp2Bounded, exp2Negative, loadPart, storePart } from './math';
import { threadIndex } from './pool';
import { COLUMNS, fma, maxLanes, sumLanes } from './simd';

/**
 * Multi-head attention block by block (Dao et al. 2022, arXiv:2205.14135): a tile of scores at a time, with the running
 * maximum and sum of each row; never the N×M matrix. q, k, v lie as [images][rows][channels], a head is d neighbouring channels.
 * Scores are scaled by log₂e/√d, so that 2^x does for e^x.
 */

const LN2: f32 = 0.6931471805599453;
const MINUS_INFINITY: f32 = -Infinity;

/** Turns a row of scores into 2^(scale·s − max) in place, keeping the row's maximum and sum; returns the factor for what was before. */
@inline
function softmaxRow(row: usize, columns: i32, scale: f32, state: usize): f32 {
  let top = f32x4.splat(MINUS_INFINITY);
  for (let j = columns & ~3; j < columns; j++) top = f32x4.replace_lane(top, 0, max(f32x4.extract_lane(top, 0), load<f32>(row + (j << 2))));
  const whole = columns & ~3;
  for (let j = 0; j < whole; j += 4) top = f32x4.pmax(top, v128.load(row + (j << 2)));
  const before = load<f32>(state);
  const now = max(before, maxLanes(top) * scale);
  const m = f32x4.splat(-now);
  const factor = f32x4.splat(scale);
  let sum = f32x4.splat(0);
  for (let j = 0; j < whole; j += 4) {
    const at = row + (j << 2);
    const p = exp2Negative(fma(v128.load(at), factor, m));
    v128.store(at, p);
    sum = f32x4.add(sum, p);
  }
  let total = sumLanes(sum);
  if (whole < columns) {
    const at = row + (whole << 2);
    const p = exp2Negative(fma(loadPart(at, columns - whole), factor, m));
    storePart(at, p, columns - whole);
    for (let j = whole; j < columns; j++) total += load<f32>(row + (j << 2));
  }
  const decay: f32 = before == MINUS_INFINITY ? <f32>0 : f32x4.extract_lane(exp2Negative(f32x4.splat(before - now)), 0);
  store<f32>(state, now);
  store<f32>(state, load<f32>(state, 4) * decay + total, 4);
  return decay;
}

@inline
function scaleRow(row: usize, columns: i32, factor: f32): void {
  const f = f32x4.splat(factor);
  for (let c = 0; c < columns; c += 4) {
    const left = columns - c;
    storePart(row + (c << 2), f32x4.mul(loadPart(row + (c << 2), left), f), left);
  }
}

/**
 * Scores above this (as powers of 2, either sign) need their row's maximum taken away; below, 2^score and sums of thousands of
 * them are far from the ends of float32.
 */
const SAFE_SCORE: f32 = 60;

@unmanaged
class LargestKeyArguments {
  kT: usize;
  bytesPerHead: usize;
  d: i32;
  keys: i32;
  /** [images·heads] */
  to: usize;
}

/** The largest |k_j|² of a head; chunk (image, head). */
export function largestKeyJob(args: LargestKeyArguments, chunk: i32): void {
  const d = args.d;
  let from = args.kT + <usize>chunk * args.bytesPerHead;
  let top = f32x4.splat(0);
  for (let key = 0; key < args.keys; key += COLUMNS) {
    let a = f32x4.splat(0);
    let b = a;
    for (let c = 0; c < d; c++) {
      const x = v128.load(from);
      const y = v128.load(from, 16);
      a = fma(x, x, a);
      b = fma(y, y, b);
      from += 32;
    }
    top = f32x4.max(top, f32x4.max(a, b)); // NaN stays: such a head takes the careful way
  }
  store<f32>(args.to + (chunk << 2), maxLanes(top));
}

function largestQuery(q: usize, rows: i32, stride: usize, d: i32): f32 {
  let top: f32 = 0;
  for (let i = 0; i < rows; i++) {
    let sum = f32x4.splat(0);
    for (let c = 0; c < d; c += 4) {
      const x = loadPart(q + i * stride + (c << 2), d - c);
      sum = fma(x, x, sum);
    }
    top = max(top, sumLanes(sum));
  }
  return top;
}

/**
 * Turns a row of bounded scores into 2^(scale·s) in place and adds to its four partial sums. Not part of the product's micro-kernel:
 * the constants of the polynomial would push its accumulators out of the registers.
 */
function exponentialRow(row: usize, columns: i32, scale: f32, sums: usize): void {
  const factor = f32x4.splat(scale);
  let a = v128.load(sums);
  let b = f32x4.splat(0);
  const end = row + ((<usize>columns) << 2);
  while (row < end) {
    const p = exp2Bounded(f32x4.mul(v128.load(row), factor));
    const r = exp2Bounded(f32x4.mul(v128.load(row, 16), factor));
    v128.store(row, p);
    v128.store(row, r, 16);
    a = f32x4.add(a, p);
    b = f32x4.add(b, r);
    row += 32;
  }
  v128.store(sums, f32x4.add(a, b));
}

@unmanaged
class AttentionArguments {
  /** [images][N][channels] */
  q: usize;
  /** Packed: [images·heads][M/8][d][8]. */
  kT: usize;
  /** Packed: [images·heads][d/8][M][8]. */
  v: usize;
  y: usize;
  /** [images][heads][N] */
  logSumExp: usize;
  heads: i32;
  /** Queries of an image. */
  n: i32;
  /** Keys of an image. */
  m: i32;
  channels: i32;
  /** Queries of a chunk. */
  queryBlock: i32;
  /** Keys at a time. */
  keyBlock: i32;
  /** log₂e/√d */
  scale: f32;
  /** Working memory of all threads. */
  memory: usize;
  bytesPerThread: usize;
  /** Packed bytes of a head. */
  kTBytes: usize;
  vBytes: usize;
  /** What `largestKey` wrote. */
  largestKey: usize;
}

/** Attention; chunk (image, head, block of queries). */
export function attentionJob(args: AttentionArguments, chunk: i32): void {
  const heads = args.heads;
  const n = args.n;
  const m = args.m;
  const channels = args.channels;
  const queryBlock = args.queryBlock;
  const keyBlock = args.keyBlock;
  const scale = args.scale;
  const d = channels / heads;
  const blocks = (n + queryBlock - 1) / queryBlock;
  const first = (chunk % blocks) * queryBlock;
  const imageHead = chunk / blocks;
  const head = imageHead % heads;
  const rows = min(queryBlock, n - first);
  const stride = (<usize>channels) << 2;
  const offset = (<usize>((imageHead / heads) * n + first)) * stride + ((<usize>(head * d)) << 2);
  const q = args.q + offset;
  const y = args.y + offset;
  const kPacked = args.kT + <usize>imageHead * args.kTBytes;
  const vPacked = args.v + <usize>imageHead * args.vBytes;
  const state = args.memory + args.bytesPerThread * <usize>threadIndex(); // (maximum, sum) of each row, or four partial sums
  const scores = state + ((<usize>queryBlock) << 4);
  const scoreStride = (<usize>keyBlock) << 2;
  const logSumExp = args.logSumExp + ((<usize>(imageHead * n + first)) << 2);
  // |q·k| ≤ |q|·|k|. Whole panels only: the zeros of a part would count as keys.
  const bound = sqrt<f32>(load<f32>(args.largestKey + (imageHead << 2)) * largestQuery(q, rows, stride, d)) * scale;
  if (bound <= SAFE_SCORE && (m & 7) == 0) {
    memory.fill(state, 0, (<usize>rows) << 4);
    for (let key = 0; key < m; key += keyBlock) {
      const keys = min(keyBlock, m - key);
      const panels = kPacked + ((<usize>(key * d)) << 2);
      gemm(rows, keys, d, q, stride, 4, panels, (<usize>d) << 5, scores, scoreStride, Start.zero, 0);
      for (let i = 0; i < rows; i++) exponentialRow(scores + i * scoreStride, keys, scale, state + (i << 4));
      const values = vPacked + ((<usize>key) << 5);
      gemm(rows, d, keys, scores, scoreStride, 4, values, (<usize>m) << 5, y, stride, key == 0 ? Start.zero : Start.accumulate, 0);
    }
    for (let i = 0; i < rows; i++) {
      const sum = sumLanes(v128.load(state + (i << 4)));
      scaleRow(y + i * stride, d, 1 / sum);
      store<f32>(logSumExp + (i << 2), <f32>Math.log(<f64>sum));
    }
    return;
  }
  for (let i = 0; i < rows; i++) {
    store<f32>(state + (i << 3), MINUS_INFINITY);
    store<f32>(state + (i << 3), 0, 4);
  }
  for (let key = 0; key < m; key += keyBlock) {
    const keys = min(keyBlock, m - key);
    const panels = kPacked + ((<usize>(key * d)) << 2);
    gemm(rows, keys, d, q, stride, 4, panels, (<usize>d) << 5, scores, scoreStride, Start.zero, 0);
    for (let i = 0; i < rows; i++) {
      const decay = softmaxRow(scores + i * scoreStride, keys, scale, state + (i << 3));
      if (key > 0 && decay != 1) scaleRow(y + i * stride, d, decay);
    }
    const values = vPacked + ((<usize>key) << 5);
    gemm(rows, d, keys, scores, scoreStride, 4, values, (<usize>m) << 5, y, stride, key == 0 ? Start.zero : Start.accumulate, 0);
  }
  for (let i = 0; i < rows; i++) {
    const sum = load<f32>(state + (i << 3), 4);
    scaleRow(y + i * stride, d, 1 / sum);
    store<f32>(logSumExp + (i << 2), load<f32>(state + (i << 3)) * LN2 + <f32>Math.log(<f64>sum));
  }
}

/**
 * Pᵀ = 2^(scale·S − lse·log₂e) and dSᵀ·√d = Pᵀ ∘ (dPᵀ − D), row by row in place. Writes up to the end of the last vector; what
 * it leaves there is not read.
 */
function gradTile(
  scores: usize,
  slopes: usize,
  stride: usize,
  rows: i32,
  columns: i32,
  scale: f32,
  minusLogs: usize,
  overlap: usize,
): void {
  const factor = f32x4.splat(scale);
  const end = ((<usize>columns + 3) & ~3) << 2;
  for (let i = 0; i < rows; i++) {
    for (let at: usize = 0; at < end; at += 16) {
      const p = exp2Negative(fma(v128.load(scores + at), factor, v128.load(minusLogs + at)));
      v128.store(scores + at, p);
      v128.store(slopes + at, f32x4.mul(p, f32x4.sub(v128.load(slopes + at), v128.load(overlap + at))));
    }
    scores += stride;
    slopes += stride;
  }
}

@unmanaged
class AttentionGradArguments {
  q: usize;
  k: usize;
  v: usize;
  y: usize;
  dy: usize;
  logSumExp: usize;
  dq: usize;
  dk: usize;
  dv: usize;
  heads: i32;
  /** Queries of an image. */
  n: i32;
  /** Keys of an image. */
  m: i32;
  channels: i32;
  /** Keys at a time. */
  keyBlock: i32;
  /** Queries at a time. */
  queryBlock: i32;
  /** log₂e/√d */
  scoreScale: f32;
  /** 1/√d */
  scale: f32;
  /** Working memory of all threads. */
  memory: usize;
  bytesPerThread: usize;
  /** Packed, as are the four that follow. */
  qT: usize;
  dyT: usize;
  qPacked: usize;
  dyPacked: usize;
  kPacked: usize;
  /** Packed bytes of a head: N rows transposed, N rows, M rows. */
  transposedBytes: usize;
  queryBytes: usize;
  keyBytes: usize;
}

/** The gradient of attention; chunk (image, head). */
export function attentionGradJob(args: AttentionGradArguments, chunk: i32): void {
  const heads = args.heads;
  const n = args.n;
  const m = args.m;
  const channels = args.channels;
  const keyBlock = args.keyBlock;
  const queryBlock = args.queryBlock;
  const d = channels / heads;
  const head = chunk % heads;
  const stride = (<usize>channels) << 2;
  const offsetN = <usize>((chunk / heads) * n) * stride + ((<usize>(head * d)) << 2);
  const offsetM = <usize>((chunk / heads) * m) * stride + ((<usize>(head * d)) << 2);
  const k = args.k + offsetM;
  const v = args.v + offsetM;
  const y = args.y + offsetN;
  const dy = args.dy + offsetN;
  const dq = args.dq + offsetN;
  const dk = args.dk + offsetM;
  const dv = args.dv + offsetM;
  const qT = args.qT + <usize>chunk * args.transposedBytes;
  const dyT = args.dyT + <usize>chunk * args.transposedBytes;
  const qPacked = args.qPacked + <usize>chunk * args.queryBytes;
  const dyPacked = args.dyPacked + <usize>chunk * args.queryBytes;
  const kPacked = args.kPacked + <usize>chunk * args.keyBytes;
  const overlap = args.memory + args.bytesPerThread * <usize>threadIndex(); // [N] Σ dy·y
  const logs = overlap + (((<usize>n + 3) & ~3) << 2); // [N] −logSumExp·log₂e
  const scores = logs + (((<usize>n + 3) & ~3) << 2);
  const tileStride = (<usize>queryBlock) << 2;
  const slopes = scores + <usize>keyBlock * tileStride;
  for (let i = 0; i < n; i++) {
    const at = <usize>i * stride;
    let sum = f32x4.splat(0);
    for (let c = 0; c < d; c += 4)
      sum = fma(loadPart(dy + at + (c << 2), d - c), loadPart(y + at + (c << 2), d - c), sum);
    store<f32>(overlap + (i << 2), sumLanes(sum));
    const log = load<f32>(args.logSumExp + ((<usize>(chunk * n + i)) << 2));
    store<f32>(logs + (i << 2), -log / LN2);
  }
  const panel = (<usize>d) << 5;
  for (let key = 0; key < m; key += keyBlock) {
    const keys = min(keyBlock, m - key);
    const kRow = <usize>key * stride;
    for (let query = 0; query < n; query += queryBlock) {
      const queries = min(queryBlock, n - query);
      const at = (<usize>(query * d)) << 2;
      gemm(keys, queries, d, k + kRow, stride, 4, qT + at, panel, scores, tileStride, Start.zero, 0);
      gemm(keys, queries, d, v + kRow, stride, 4, dyT + at, panel, slopes, tileStride, Start.zero, 0);
      const from = (<usize>query) << 2;
      gradTile(scores, slopes, tileStride, keys, queries, args.scoreScale, logs + from, overlap + from);
      const start = query == 0 ? Start.zero : Start.accumulate;
      const rows = (<usize>query) << 5;
      const panelN = (<usize>n) << 5;
      gemm(keys, d, queries, scores, tileStride, 4, dyPacked + rows, panelN, dv + kRow, stride, start, 0);
      gemm(keys, d, queries, slopes, tileStride, 4, qPacked + rows, panelN, dk + kRow, stride, start, 0);
      const kAt = kPacked + ((<usize>key) << 5);
      const to = dq + <usize>query * stride;
      gemm(queries, d, keys, slopes, 4, tileStride, kAt, (<usize>m) << 5, to, stride, key == 0 ? Start.zero : Start.accumulate, 0);
    }
    for (let i = 0; i < keys; i++) scaleRow(dk + kRow + i * stride, d, args.scale);
  }
  for (let i = 0; i < n; i++) scaleRow(dq + i * stride, d, args.scale);
}
