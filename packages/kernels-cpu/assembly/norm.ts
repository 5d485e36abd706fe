import { activate, GELU, LINEAR, loadPart, SILU, slope, storePart } from './math';
import { argument, argumentF32, threadIndex } from './pool';
import { fma, sumLanes } from './simd';
import { sumContiguous } from './reduce';

/**
 * Group and layer normalization. Means and squared deviations are taken block by block around the block's own mean and put
 * together by Chan's formula in float64, so that a large mean costs no digits.
 */

function squaredDeviations(from: usize, count: i32, mean: f32): f32 {
  const m = f32x4.splat(mean);
  let a = f32x4.splat(0);
  let b = a;
  let i = count;
  for (; i >= 8; i -= 8) {
    const x = f32x4.sub(v128.load(from), m);
    const y = f32x4.sub(v128.load(from, 16), m);
    a = fma(x, x, a);
    b = fma(y, y, b);
    from += 32;
  }
  let rest: f32 = 0;
  for (; i > 0; i--) {
    const x = load<f32>(from) - mean;
    rest += x * x;
    from += 4;
  }
  return rest + sumLanes(f32x4.add(a, b));
}

/**
 * Job: chunk (image, row block): partial[image][block][group] = (mean, squared deviations). 0 x [images][rows][channels], 1 rows, 2
 * channels, 3 groups, 4 rows a chunk, 5 blocks an image, 6 partial.
 */
export function groupStatisticsJob(chunk: i32): void {
  const rows = <i32>argument(1);
  const channels = <i32>argument(2);
  const groups = <i32>argument(3);
  const block = <i32>argument(4);
  const blocks = <i32>argument(5);
  const start = (chunk % blocks) * block;
  const count = min(block, rows - start);
  const from = argument(0) + ((<usize>(chunk / blocks * rows + start) * channels) << 2);
  const width = channels / groups;
  const stride = (<usize>channels) << 2;
  for (let g = 0; g < groups; g++) {
    const to = argument(6) + ((<usize>chunk * groups + g) << 3);
    if (groups == 1) {
      const mean = sumContiguous(from, count * channels) / <f32>(count * channels);
      store<f32>(to, mean);
      store<f32>(to, squaredDeviations(from, count * channels, mean), 4);
      continue;
    }
    let at = from + ((<usize>g * width) << 2);
    let sum: f32 = 0;
    for (let i = 0; i < count; i++) sum += sumContiguous(at + i * stride, width);
    const mean = sum / <f32>(count * width);
    let deviations: f32 = 0;
    for (let i = 0; i < count; i++) deviations += squaredDeviations(at + i * stride, width, mean);
    store<f32>(to, mean);
    store<f32>(to, deviations, 4);
  }
}

/** Job: (mean, 1/√(variance + ε)) of each image and group. 0 partial, 1 images, 2 blocks, 3 groups, 4 rows, 5 rows a block, 6 channels a group, 7 to, 8 float ε. */
export function groupMomentsJob(_chunk: i32): void {
  const images = <i32>argument(1);
  const blocks = <i32>argument(2);
  const groups = <i32>argument(3);
  const rows = <i32>argument(4);
  const block = <i32>argument(5);
  const width = <i32>argument(6);
  for (let image = 0; image < images; image++) {
    for (let g = 0; g < groups; g++) {
      let count: f64 = 0;
      let mean: f64 = 0;
      let deviations: f64 = 0;
      for (let b = 0; b < blocks; b++) {
        const from = argument(0) + ((<usize>(image * blocks + b) * groups + g) << 3);
        const n = <f64>(min(block, rows - b * block) * width);
        const delta = <f64>load<f32>(from) - mean;
        const total = count + n;
        mean += (delta * n) / total;
        deviations += <f64>load<f32>(from, 4) + (delta * delta * count * n) / total;
        count = total;
      }
      const to = argument(7) + ((<usize>image * groups + g) << 3);
      store<f32>(to, <f32>mean);
      store<f32>(to, <f32>(1 / Math.sqrt(deviations / count + <f64>argumentF32(8))), 4);
    }
  }
}

/** y = a·x + d for each channel: a = scale/σ, d = bias − mean·a, into `to` [2][channels]. */
function affine(moments: usize, channels: i32, groups: i32, scale: usize, bias: usize, to: usize): void {
  const width = channels / groups;
  for (let c = 0; c < channels; c++) {
    const m = moments + ((<usize>(c / width)) << 3);
    const a = load<f32>(scale + (c << 2)) * load<f32>(m, 4);
    store<f32>(to + (c << 2), a);
    store<f32>(to + ((channels + c) << 2), load<f32>(bias + (c << 2)) - load<f32>(m) * a);
  }
}

@inline
function normalizeRows(kind: i32, x: usize, residual: usize, to: usize, rows: i32, channels: i32, a: usize): void {
  const d = a + (channels << 2);
  for (let i = 0; i < rows; i++) {
    for (let c = 0; c < channels; c += 4) {
      const left = channels - c;
      const at = (<usize>c) << 2;
      let z = fma(loadPart(x + at, left), loadPart(a + at, left), loadPart(d + at, left));
      if (residual) z = f32x4.add(z, loadPart(residual + at, left));
      storePart(to + at, activate(kind, z), left);
    }
    const stride = (<usize>channels) << 2;
    x += stride;
    to += stride;
    if (residual) residual += stride;
  }
}

/**
 * Job: chunk (image, row block) of activation(residual + GN(x)). 0–5 as groupStatisticsJob, 6 moments, 7 scale, 8 bias, 9 residual or 0, 10
 * activation, 11 to, 12 memory [2][channels] a thread.
 */
export function groupNormJob(chunk: i32): void {
  const rows = <i32>argument(1);
  const channels = <i32>argument(2);
  const groups = <i32>argument(3);
  const block = <i32>argument(4);
  const blocks = <i32>argument(5);
  const image = chunk / blocks;
  const start = (chunk % blocks) * block;
  const count = min(block, rows - start);
  const offset = (<usize>(image * rows + start) * channels) << 2;
  const a = argument(12) + ((<usize>channels * threadIndex()) << 3);
  affine(argument(6) + ((<usize>image * groups) << 3), channels, groups, argument(7), argument(8), a);
  const x = argument(0) + offset;
  const residual = argument(9) ? argument(9) + offset : 0;
  const to = argument(11) + offset;
  const kind = <i32>argument(10);
  if (kind == GELU) normalizeRows(GELU, x, residual, to, count, channels, a);
  else if (kind == SILU) normalizeRows(SILU, x, residual, to, count, channels, a);
  else normalizeRows(LINEAR, x, residual, to, count, channels, a);
}

@inline
function gradRows(
  kind: i32,
  x: usize,
  residual: usize,
  dy: usize,
  dz: usize,
  rows: i32,
  channels: i32,
  a: usize,
  sums: usize,
): void {
  const stride = (<usize>channels) << 2;
  const d = a + stride;
  for (let i = 0; i < rows; i++) {
    for (let c = 0; c < channels; c += 4) {
      const left = channels - c;
      const at = (<usize>c) << 2;
      const value = loadPart(x + at, left);
      let g = loadPart(dy + at, left);
      if (kind != LINEAR) {
        let z = fma(value, loadPart(a + at, left), loadPart(d + at, left));
        if (residual) z = f32x4.add(z, loadPart(residual + at, left));
        g = f32x4.mul(g, slope(kind, z));
        storePart(dz + at, g, left);
      }
      storePart(sums + at, f32x4.add(loadPart(sums + at, left), g), left);
      storePart(sums + stride + at, fma(g, value, loadPart(sums + stride + at, left)), left);
    }
    x += stride;
    dy += stride;
    dz += stride;
    if (residual) residual += stride;
  }
}

/**
 * Job: chunk (image, row block) of the gradient's sums. dz = dy·activation′(z) is written if there is an activation; partial[chunk] = [Σ dz, Σ dz·x] by
 * channel. 0–10 and 12 as groupNormJob, 11 dz, 13 dy, 14 partial.
 */
export function groupNormGradSumsJob(chunk: i32): void {
  const rows = <i32>argument(1);
  const channels = <i32>argument(2);
  const groups = <i32>argument(3);
  const block = <i32>argument(4);
  const blocks = <i32>argument(5);
  const image = chunk / blocks;
  const start = (chunk % blocks) * block;
  const count = min(block, rows - start);
  const offset = (<usize>(image * rows + start) * channels) << 2;
  const a = argument(12) + ((<usize>channels * threadIndex()) << 3);
  affine(argument(6) + ((<usize>image * groups) << 3), channels, groups, argument(7), argument(8), a);
  const sums = argument(14) + ((<usize>chunk * channels) << 3);
  memory.fill(sums, 0, (<usize>channels) << 3);
  const x = argument(0) + offset;
  const residual = argument(9) ? argument(9) + offset : 0;
  const dy = argument(13) + offset;
  const dz = argument(11) + offset;
  const kind = <i32>argument(10);
  if (kind == GELU) gradRows(GELU, x, residual, dy, dz, count, channels, a, sums);
  else if (kind == SILU) gradRows(SILU, x, residual, dy, dz, count, channels, a, sums);
  else gradRows(LINEAR, x, residual, dy, dz, count, channels, a, sums);
}

/**
 * Job: what follows from the sums. dscale and dbias over all images, and for each image and channel the three factors of
 * dx = A·dz + B·x + C. 0 partial, 1 images, 2 blocks, 3 groups, 4 channels, 5 rows, 6 moments, 7 scale, 8 dscale, 9 dbias, 10 factors
 * [images][3][channels].
 */
export function groupNormGradFactorsJob(_chunk: i32): void {
  const images = <i32>argument(1);
  const blocks = <i32>argument(2);
  const groups = <i32>argument(3);
  const channels = <i32>argument(4);
  const width = channels / groups;
  const n = <f64>argument(5) * <f64>width;
  const dscale = argument(8);
  const dbias = argument(9);
  memory.fill(dscale, 0, (<usize>channels) << 2);
  memory.fill(dbias, 0, (<usize>channels) << 2);
  for (let image = 0; image < images; image++) {
    const factors = argument(10) + ((<usize>image * 3 * channels) << 2);
    for (let g = 0; g < groups; g++) {
      const moments = argument(6) + ((<usize>image * groups + g) << 3);
      const mean = <f64>load<f32>(moments);
      const precision = <f64>load<f32>(moments, 4);
      let first: f64 = 0; // Σ dz·scale
      let second: f64 = 0; // Σ dz·scale·x̂
      for (let c = g * width; c < (g + 1) * width; c++) {
        let sum: f64 = 0;
        let product: f64 = 0;
        for (let b = 0; b < blocks; b++) {
          const from = argument(0) + ((<usize>(image * blocks + b) * channels) << 3) + (c << 2);
          sum += <f64>load<f32>(from);
          product += <f64>load<f32>(from + (channels << 2));
        }
        product = (product - mean * sum) * precision; // Σ dz·x̂
        store<f32>(dscale + (c << 2), load<f32>(dscale + (c << 2)) + <f32>product);
        store<f32>(dbias + (c << 2), load<f32>(dbias + (c << 2)) + <f32>sum);
        const scale = <f64>load<f32>(argument(7) + (c << 2));
        first += sum * scale;
        second += product * scale;
      }
      const slopeOfX = (-precision * precision * second) / n;
      for (let c = g * width; c < (g + 1) * width; c++) {
        const to = factors + (c << 2);
        store<f32>(to, <f32>(precision * <f64>load<f32>(argument(7) + (c << 2))));
        store<f32>(to + (channels << 2), <f32>slopeOfX);
        store<f32>(to + (channels << 3), <f32>((-precision * first) / n - slopeOfX * mean));
      }
    }
  }
}

/** Job: chunk (image, row block) of dx = A·dz + B·x + C. 0–5 as above, 6 dz, 7 factors, 8 to. */
export function groupNormGradJob(chunk: i32): void {
  const rows = <i32>argument(1);
  const channels = <i32>argument(2);
  const block = <i32>argument(4);
  const blocks = <i32>argument(5);
  const image = chunk / blocks;
  const start = (chunk % blocks) * block;
  const count = min(block, rows - start);
  const offset = (<usize>(image * rows + start) * channels) << 2;
  const stride = (<usize>channels) << 2;
  let x = argument(0) + offset;
  let dz = argument(6) + offset;
  let to = argument(8) + offset;
  const a = argument(7) + <usize>image * 3 * stride;
  for (let i = 0; i < count; i++) {
    for (let c = 0; c < channels; c += 4) {
      const left = channels - c;
      const at = (<usize>c) << 2;
      const tilt = fma(loadPart(x + at, left), loadPart(a + stride + at, left), loadPart(a + 2 * stride + at, left));
      storePart(to + at, fma(loadPart(dz + at, left), loadPart(a + at, left), tilt), left);
    }
    x += stride;
    dz += stride;
    to += stride;
  }
}

/** Job: chunk of rows of LayerNorm. 0 x [rows][channels], 1 rows, 2 channels, 3 rows a chunk, 4 scale, 5 bias, 6 to, 7 float ε. */
export function layerNormJob(chunk: i32): void {
  const channels = <i32>argument(2);
  const block = <i32>argument(3);
  const start = chunk * block;
  const end = min(start + block, <i32>argument(1));
  for (let i = start; i < end; i++) {
    const x = argument(0) + ((<usize>i * channels) << 2);
    const to = argument(6) + ((<usize>i * channels) << 2);
    const mean = sumContiguous(x, channels) / <f32>channels;
    const variance = squaredDeviations(x, channels, mean) / <f32>channels;
    const precision = <f32>1 / sqrt<f32>(variance + argumentF32(7));
    const m = f32x4.splat(mean);
    const p = f32x4.splat(precision);
    for (let c = 0; c < channels; c += 4) {
      const left = channels - c;
      const at = (<usize>c) << 2;
      const normalized = f32x4.mul(f32x4.sub(loadPart(x + at, left), m), p);
      storePart(to + at, fma(normalized, loadPart(argument(4) + at, left), loadPart(argument(5) + at, left)), left);
    }
  }
}

/** Job: chunk of rows of its gradient; partial[chunk] = [dscale, dbias]. 0–4 as above, 5 dy, 6 dx, 7 float ε, 8 partial. */
export function layerNormGradJob(chunk: i32): void {
  const channels = <i32>argument(2);
  const block = <i32>argument(3);
  const start = chunk * block;
  const end = min(start + block, <i32>argument(1));
  const stride = (<usize>channels) << 2;
  const dscale = argument(8) + <usize>chunk * 2 * stride;
  const dbias = dscale + stride;
  memory.fill(dscale, 0, 2 * stride);
  const scale = argument(4);
  for (let i = start; i < end; i++) {
    const x = argument(0) + <usize>i * stride;
    const dy = argument(5) + <usize>i * stride;
    const dx = argument(6) + <usize>i * stride;
    const mean = sumContiguous(x, channels) / <f32>channels;
    const variance = squaredDeviations(x, channels, mean) / <f32>channels;
    const precision = <f32>1 / sqrt<f32>(variance + argumentF32(7));
    const m = f32x4.splat(mean);
    const p = f32x4.splat(precision);
    let sum = f32x4.splat(0);
    let product = sum;
    for (let c = 0; c < channels; c += 4) {
      const left = channels - c;
      const at = (<usize>c) << 2;
      const normalized = f32x4.mul(f32x4.sub(loadPart(x + at, left), m), p);
      const g = loadPart(dy + at, left);
      storePart(dscale + at, fma(g, normalized, loadPart(dscale + at, left)), left);
      storePart(dbias + at, f32x4.add(g, loadPart(dbias + at, left)), left);
      const scaled = f32x4.mul(g, loadPart(scale + at, left)); // lanes past the end are zero: scale is
      sum = f32x4.add(sum, scaled);
      product = fma(scaled, normalized, product);
    }
    const first = f32x4.splat(sumLanes(sum) / <f32>channels);
    const second = f32x4.splat(sumLanes(product) / <f32>channels);
    for (let c = 0; c < channels; c += 4) {
      const left = channels - c;
      const at = (<usize>c) << 2;
      const normalized = f32x4.mul(f32x4.sub(loadPart(x + at, left), m), p);
      const scaled = f32x4.mul(loadPart(dy + at, left), loadPart(scale + at, left));
      const projection = fma(normalized, second, first);
      storePart(dx + at, f32x4.mul(f32x4.sub(scaled, projection), p), left);
    }
  }
}
