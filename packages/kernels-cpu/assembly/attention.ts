import { ACCUMULATE, gemm, ZERO } from './gemm';
import { exp2Bounded, exp2Negative, loadPart, storePart } from './math';
import { argument, argumentF32, threadIndex } from './pool';
import { COLUMNS, fma, maxLanes, sumLanes } from './simd';

/**
 * Multi-head attention block by block (Dao et al. 2022, arXiv:2205.14135): a tile of scores at a time, with the running
 * maximum and sum of each row; never the N×M matrix. q, k, v lie as [images][rows][channels], a head is d neighbouring channels.
 * Scores are scaled by log₂e/√d, so that 2^x does for e^x.
 */

const LN2: f32 = 0.6931471805599453;
const MINUS_INFINITY: f32 = -Infinity;

/** Turns a row of scores into 2^(scale·s − max) in place, keeping the row's maximum and sum; gives the factor for what was before. */
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

/** Job: chunk (image, head): the largest |k_j|² of a head. 0 kᵀ packed, 1 bytes of a head, 2 d, 3 M, 4 to. */
export function largestKeyJob(chunk: i32): void {
  const d = <i32>argument(2);
  let from = argument(0) + <usize>chunk * argument(1);
  let top = f32x4.splat(0);
  for (let key = 0; key < <i32>argument(3); key += COLUMNS) {
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
  store<f32>(argument(4) + (chunk << 2), maxLanes(top));
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

/**
 * Job: chunk (image, head, block of queries). 0 q, 1 kᵀ packed [images·heads][M/8][d][8], 2 v packed [images·heads][d/8][M][8], 3 y, 4 logSumExp, 5
 * heads, 6 N, 7 M, 8 channels, 9 queries a chunk, 10 keys at a time, 11 float scale·log₂e, 12 memory, 13 bytes of it a thread, 14 bytes of kᵀ and
 * 15 of v of a head, 16 as of largestKeyJob.
 */
export function attentionJob(chunk: i32): void {
  const heads = <i32>argument(5);
  const n = <i32>argument(6);
  const m = <i32>argument(7);
  const channels = <i32>argument(8);
  const queryBlock = <i32>argument(9);
  const keyBlock = <i32>argument(10);
  const scale = argumentF32(11);
  const d = channels / heads;
  const blocks = (n + queryBlock - 1) / queryBlock;
  const first = (chunk % blocks) * queryBlock;
  const imageHead = chunk / blocks;
  const head = imageHead % heads;
  const rows = min(queryBlock, n - first);
  const stride = (<usize>channels) << 2;
  const offset = (<usize>((imageHead / heads) * n + first)) * stride + ((<usize>(head * d)) << 2);
  const q = argument(0) + offset;
  const y = argument(3) + offset;
  const kPacked = argument(1) + <usize>imageHead * argument(14);
  const vPacked = argument(2) + <usize>imageHead * argument(15);
  const state = argument(12) + argument(13) * <usize>threadIndex(); // (maximum, sum) of each row, or four partial sums
  const scores = state + ((<usize>queryBlock) << 4);
  const scoreStride = (<usize>keyBlock) << 2;
  const logSumExp = argument(4) + ((<usize>(imageHead * n + first)) << 2);
  // |q·k| ≤ |q|·|k|. Whole panels only: the zeros of a part would count as keys.
  const bound = sqrt<f32>(load<f32>(argument(16) + (imageHead << 2)) * largestQuery(q, rows, stride, d)) * scale;
  if (bound <= SAFE_SCORE && (m & 7) == 0) {
    memory.fill(state, 0, (<usize>rows) << 4);
    for (let key = 0; key < m; key += keyBlock) {
      const keys = min(keyBlock, m - key);
      const panels = kPacked + ((<usize>(key * d)) << 2);
      gemm(rows, keys, d, q, stride, 4, panels, (<usize>d) << 5, scores, scoreStride, ZERO, 0);
      for (let i = 0; i < rows; i++) exponentialRow(scores + i * scoreStride, keys, scale, state + (i << 4));
      const values = vPacked + ((<usize>key) << 5);
      gemm(rows, d, keys, scores, scoreStride, 4, values, (<usize>m) << 5, y, stride, key == 0 ? ZERO : ACCUMULATE, 0);
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
    gemm(rows, keys, d, q, stride, 4, panels, (<usize>d) << 5, scores, scoreStride, ZERO, 0);
    for (let i = 0; i < rows; i++) {
      const decay = softmaxRow(scores + i * scoreStride, keys, scale, state + (i << 3));
      if (key > 0 && decay != 1) scaleRow(y + i * stride, d, decay);
    }
    const values = vPacked + ((<usize>key) << 5);
    gemm(rows, d, keys, scores, scoreStride, 4, values, (<usize>m) << 5, y, stride, key == 0 ? ZERO : ACCUMULATE, 0);
  }
  for (let i = 0; i < rows; i++) {
    const sum = load<f32>(state + (i << 3), 4);
    scaleRow(y + i * stride, d, 1 / sum);
    store<f32>(logSumExp + (i << 2), load<f32>(state + (i << 3)) * LN2 + <f32>Math.log(<f64>sum));
  }
}

/**
 * Pᵀ = 2^(scale·S − lse·log₂e) and dSᵀ·√d = Pᵀ ∘ (dPᵀ − D), row by row in place. Goes on to the end of the last vector: nobody reads
 * what it leaves there.
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

/**
 * Job: chunk (image, head) of the gradient. 0 q, 1 k, 2 v, 3 y, 4 dy, 5 logSumExp, 6 dq, 7 dk, 8 dv, 9 heads, 10 N, 11 M, 12 channels, 13 keys and 14
 * queries at a time, 15 float scale·log₂e, 16 float scale, 17 memory, 18 bytes of it a thread, 19 qᵀ packed, 20 dyᵀ packed, 21 q
 * packed, 22 dy packed, 23 k packed, 24 bytes of the packed ones of a head with N rows, transposed, 25 not transposed, 26 k's.
 */
export function attentionGradJob(chunk: i32): void {
  const heads = <i32>argument(9);
  const n = <i32>argument(10);
  const m = <i32>argument(11);
  const channels = <i32>argument(12);
  const keyBlock = <i32>argument(13);
  const queryBlock = <i32>argument(14);
  const d = channels / heads;
  const head = chunk % heads;
  const stride = (<usize>channels) << 2;
  const offsetN = <usize>((chunk / heads) * n) * stride + ((<usize>(head * d)) << 2);
  const offsetM = <usize>((chunk / heads) * m) * stride + ((<usize>(head * d)) << 2);
  const k = argument(1) + offsetM;
  const v = argument(2) + offsetM;
  const y = argument(3) + offsetN;
  const dy = argument(4) + offsetN;
  const dq = argument(6) + offsetN;
  const dk = argument(7) + offsetM;
  const dv = argument(8) + offsetM;
  const qT = argument(19) + <usize>chunk * argument(24);
  const dyT = argument(20) + <usize>chunk * argument(24);
  const qPacked = argument(21) + <usize>chunk * argument(25);
  const dyPacked = argument(22) + <usize>chunk * argument(25);
  const kPacked = argument(23) + <usize>chunk * argument(26);
  const overlap = argument(17) + argument(18) * <usize>threadIndex(); // [N] Σ dy·y
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
    const log = load<f32>(argument(5) + ((<usize>(chunk * n + i)) << 2));
    store<f32>(logs + (i << 2), -log / LN2);
  }
  const panel = (<usize>d) << 5;
  for (let key = 0; key < m; key += keyBlock) {
    const keys = min(keyBlock, m - key);
    const kRow = <usize>key * stride;
    for (let query = 0; query < n; query += queryBlock) {
      const queries = min(queryBlock, n - query);
      const at = (<usize>(query * d)) << 2;
      gemm(keys, queries, d, k + kRow, stride, 4, qT + at, panel, scores, tileStride, ZERO, 0);
      gemm(keys, queries, d, v + kRow, stride, 4, dyT + at, panel, slopes, tileStride, ZERO, 0);
      const from = (<usize>query) << 2;
      gradTile(scores, slopes, tileStride, keys, queries, argumentF32(15), logs + from, overlap + from);
      const start = query == 0 ? ZERO : ACCUMULATE;
      const rows = (<usize>query) << 5;
      const panelN = (<usize>n) << 5;
      gemm(keys, d, queries, scores, tileStride, 4, dyPacked + rows, panelN, dv + kRow, stride, start, 0);
      gemm(keys, d, queries, slopes, tileStride, 4, qPacked + rows, panelN, dk + kRow, stride, start, 0);
      const kAt = kPacked + ((<usize>key) << 5);
      const to = dq + <usize>query * stride;
      gemm(queries, d, keys, slopes, 4, tileStride, kAt, (<usize>m) << 5, to, stride, key == 0 ? ZERO : ACCUMULATE, 0);
    }
    for (let i = 0; i < keys; i++) scaleRow(dk + kRow + i * stride, d, argumentF32(16));
  }
  for (let i = 0; i < n; i++) scaleRow(dq + i * stride, d, argumentF32(16));
}
