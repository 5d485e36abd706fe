import { Activation, activate, loadPart, slope, storePart } from './math';
import { threadIndex } from './pool';
import { fma, sumLanes } from './simd';
import { squaredDeviations, sumContiguous } from './reduce';

/**
 * Group normalization. Means and squared deviations are taken block by block around the block's own mean and put together by Chan's
 * formula in float64, so that a large mean costs no digits.
 */

/** Four neighbouring channels, added up over rows: Σ x or, around means, Σ (x − mean)². */
@inline
function sumDown(from: usize, rows: i32, stride: usize, mean: v128, squared: bool): v128 {
  let a = f32x4.splat(0);
  let b = a;
  let c = a;
  let d = a;
  let i = rows;
  for (; i >= 4; i -= 4) {
    const w = v128.load(from);
    const x = v128.load(from + stride);
    const y = v128.load(from + 2 * stride);
    const z = v128.load(from + 3 * stride);
    a = squared ? squareAround(w, mean, a) : f32x4.add(a, w);
    b = squared ? squareAround(x, mean, b) : f32x4.add(b, x);
    c = squared ? squareAround(y, mean, c) : f32x4.add(c, y);
    d = squared ? squareAround(z, mean, d) : f32x4.add(d, z);
    from += 4 * stride;
  }
  for (; i > 0; i--) {
    const w = v128.load(from);
    a = squared ? squareAround(w, mean, a) : f32x4.add(a, w);
    from += stride;
  }
  return f32x4.add(f32x4.add(a, b), f32x4.add(c, d));
}

@inline
function squareAround(x: v128, mean: v128, sum: v128): v128 {
  const distance = f32x4.sub(x, mean);
  return fma(distance, distance, sum);
}

/** What each lane's group has in all of its lanes: groups of 1, 2 or 4 lanes. */
@inline
function overGroup(x: v128, width: i32): v128 {
  if (width == 1) return x;
  const pairs = f32x4.add(x, v128.shuffle<f32>(x, x, 1, 0, 3, 2));
  return width == 2 ? pairs : f32x4.add(pairs, v128.shuffle<f32>(pairs, pairs, 2, 3, 0, 1));
}

/** The statistics of groups as wide as some vectors. */
function wideStatistics(from: usize, rows: i32, channels: i32, width: i32, to: usize): void {
  const stride = (<usize>channels) << 2;
  const bytes = (<usize>width) << 2;
  for (const end = from + stride; from < end; from += bytes) {
    let sum = f32x4.splat(0);
    for (let at: usize = 0; at < bytes; at += 16) sum = f32x4.add(sum, sumDown(from + at, rows, stride, sum, false));
    const mean = sumLanes(sum) / <f32>(rows * width);
    const means = f32x4.splat(mean);
    let deviations = f32x4.splat(0);
    for (let at: usize = 0; at < bytes; at += 16) {
      deviations = f32x4.add(deviations, sumDown(from + at, rows, stride, means, true));
    }
    store<f32>(to, mean);
    store<f32>(to, sumLanes(deviations), 4);
    to += 8;
  }
}

/** The statistics of groups of which a vector holds two or four. */
function narrowStatistics(from: usize, rows: i32, channels: i32, width: i32, to: usize): void {
  const stride = (<usize>channels) << 2;
  const share = f32x4.splat(1 / <f32>(rows * width));
  for (const end = from + stride; from < end; from += 16) {
    const means = f32x4.mul(overGroup(sumDown(from, rows, stride, share, false), width), share);
    const deviations = overGroup(sumDown(from, rows, stride, means, true), width);
    store<f32>(to, f32x4.extract_lane(means, 0));
    store<f32>(to, f32x4.extract_lane(deviations, 0), 4);
    if (width == 1) {
      store<f32>(to, f32x4.extract_lane(means, 1), 8);
      store<f32>(to, f32x4.extract_lane(deviations, 1), 12);
      to += 16;
    } else {
      to += 8;
    }
    store<f32>(to, f32x4.extract_lane(means, 2));
    store<f32>(to, f32x4.extract_lane(deviations, 2), 4);
    if (width == 1) {
      store<f32>(to, f32x4.extract_lane(means, 3), 8);
      store<f32>(to, f32x4.extract_lane(deviations, 3), 12);
      to += 16;
    } else {
      to += 8;
    }
  }
}

/** A tensor cut into blocks of rows. */
@unmanaged
class GroupRows {
  /** [images][rows][channels] */
  x: usize;
  rows: i32;
  channels: i32;
  groups: i32;
  /** Rows of a chunk. */
  block: i32;
  /** Blocks of an image. */
  blocks: i32;
}

@unmanaged
class GroupStatisticsArguments extends GroupRows {
  /** [images][blocks][groups][2] */
  partial: usize;
}

/** (mean, squared deviations) of each block and group; chunk (image, block of rows). */
export function groupStatisticsJob(args: GroupStatisticsArguments, chunk: i32): void {
  const rows = args.rows;
  const channels = args.channels;
  const groups = args.groups;
  const block = args.block;
  const blocks = args.blocks;
  const start = (chunk % blocks) * block;
  const count = min(block, rows - start);
  const from = args.x + ((<usize>(chunk / blocks * rows + start) * channels) << 2);
  const width = channels / groups;
  const stride = (<usize>channels) << 2;
  const partial = args.partial + ((<usize>chunk * groups) << 3);
  if (groups > 1 && width % 4 == 0) return wideStatistics(from, count, channels, width, partial);
  if (channels % 4 == 0 && width <= 2) return narrowStatistics(from, count, channels, width, partial);
  for (let g = 0; g < groups; g++) {
    const to = partial + ((<usize>g) << 3);
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

@unmanaged
class GroupMomentsArguments {
  /** What `groupStatistics` wrote. */
  partial: usize;
  images: i32;
  blocks: i32;
  groups: i32;
  rows: i32;
  /** Rows of a block. */
  block: i32;
  /** Channels of a group. */
  width: i32;
  epsilon: f32;
  /** [images][groups][2] */
  to: usize;
}

/** (mean, 1/√(variance + ε)) of each image and group; one chunk. */
export function groupMomentsJob(args: GroupMomentsArguments, _chunk: i32): void {
  const images = args.images;
  const blocks = args.blocks;
  const groups = args.groups;
  const rows = args.rows;
  const block = args.block;
  const width = args.width;
  for (let image = 0; image < images; image++) {
    for (let g = 0; g < groups; g++) {
      let count: f64 = 0;
      let mean: f64 = 0;
      let deviations: f64 = 0;
      for (let b = 0; b < blocks; b++) {
        const from = args.partial + ((<usize>(image * blocks + b) * groups + g) << 3);
        const n = <f64>(min(block, rows - b * block) * width);
        const delta = <f64>load<f32>(from) - mean;
        const total = count + n;
        mean += (delta * n) / total;
        deviations += <f64>load<f32>(from, 4) + (delta * delta * count * n) / total;
        count = total;
      }
      const to = args.to + ((<usize>image * groups + g) << 3);
      store<f32>(to, <f32>mean);
      store<f32>(to, <f32>(1 / Math.sqrt(deviations / count + args.epsilon)), 4);
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
function normalizeRows(activation: Activation, x: usize, residual: usize, to: usize, rows: i32, channels: i32, a: usize): void {
  const d = a + (channels << 2);
  for (let i = 0; i < rows; i++) {
    for (let c = 0; c < channels; c += 4) {
      const left = channels - c;
      const at = (<usize>c) << 2;
      let z = fma(loadPart(x + at, left), loadPart(a + at, left), loadPart(d + at, left));
      if (residual) z = f32x4.add(z, loadPart(residual + at, left));
      storePart(to + at, activate(activation, z), left);
    }
    const stride = (<usize>channels) << 2;
    x += stride;
    to += stride;
    if (residual) residual += stride;
  }
}

@unmanaged
class GroupNormArguments extends GroupRows {
  /** What `groupMoments` wrote. */
  moments: usize;
  scale: usize;
  bias: usize;
  /** Whether each image has a scale and a bias of its own: [images][channels]. */
  ownScales: bool;
  /** As x, or 0. */
  residual: usize;
  activation: Activation;
  to: usize;
  /** [threads][2][channels], working memory */
  memory: usize;
}

/** activation(residual + GN(x)); chunk (image, block of rows). */
export function groupNormJob(args: GroupNormArguments, chunk: i32): void {
  const rows = args.rows;
  const channels = args.channels;
  const groups = args.groups;
  const block = args.block;
  const blocks = args.blocks;
  const image = chunk / blocks;
  const start = (chunk % blocks) * block;
  const count = min(block, rows - start);
  const offset = (<usize>(image * rows + start) * channels) << 2;
  const a = args.memory + ((<usize>channels * threadIndex()) << 3);
  const own = args.ownScales ? <usize>(image * channels) << 2 : 0;
  affine(args.moments + ((<usize>image * groups) << 3), channels, groups, args.scale + own, args.bias + own, a);
  const x = args.x + offset;
  const residual = args.residual ? args.residual + offset : 0;
  const to = args.to + offset;
  const activation = args.activation;
  if (activation == Activation.gelu) normalizeRows(Activation.gelu, x, residual, to, count, channels, a);
  else if (activation == Activation.silu) normalizeRows(Activation.silu, x, residual, to, count, channels, a);
  else normalizeRows(Activation.linear, x, residual, to, count, channels, a);
}

@inline
function gradRows(
  activation: Activation,
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
      if (activation != Activation.linear) {
        let z = fma(value, loadPart(a + at, left), loadPart(d + at, left));
        if (residual) z = f32x4.add(z, loadPart(residual + at, left));
        g = f32x4.mul(g, slope(activation, z));
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

@unmanaged
class GroupNormGradSumsArguments extends GroupRows {
  /** What `groupMoments` wrote. */
  moments: usize;
  scale: usize;
  bias: usize;
  /** Whether each image has a scale and a bias of its own: [images][channels]. */
  ownScales: bool;
  /** As x, or 0. */
  residual: usize;
  activation: Activation;
  dy: usize;
  dz: usize;
  /** [threads][2][channels], working memory */
  memory: usize;
  /** [images][blocks][Σ dz, Σ dz·x][channels] */
  partial: usize;
}

/**
 * The sums over rows that the gradient is made of, by channel; chunk (image, block of rows). dz = dy·activation′(z) is written if there is an
 * activation.
 */
export function groupNormGradSumsJob(args: GroupNormGradSumsArguments, chunk: i32): void {
  const rows = args.rows;
  const channels = args.channels;
  const groups = args.groups;
  const block = args.block;
  const blocks = args.blocks;
  const image = chunk / blocks;
  const start = (chunk % blocks) * block;
  const count = min(block, rows - start);
  const offset = (<usize>(image * rows + start) * channels) << 2;
  const a = args.memory + ((<usize>channels * threadIndex()) << 3);
  const own = args.ownScales ? <usize>(image * channels) << 2 : 0;
  affine(args.moments + ((<usize>image * groups) << 3), channels, groups, args.scale + own, args.bias + own, a);
  const sums = args.partial + ((<usize>chunk * channels) << 3);
  memory.fill(sums, 0, (<usize>channels) << 3);
  const x = args.x + offset;
  const residual = args.residual ? args.residual + offset : 0;
  const dy = args.dy + offset;
  const dz = args.dz + offset;
  const activation = args.activation;
  if (activation == Activation.gelu) gradRows(Activation.gelu, x, residual, dy, dz, count, channels, a, sums);
  else if (activation == Activation.silu) gradRows(Activation.silu, x, residual, dy, dz, count, channels, a, sums);
  else gradRows(Activation.linear, x, residual, dy, dz, count, channels, a, sums);
}

@unmanaged
class GroupNormGradFactorsArguments {
  /** What `groupNormGradSums` wrote. */
  partial: usize;
  images: i32;
  blocks: i32;
  groups: i32;
  channels: i32;
  rows: i32;
  moments: usize;
  scale: usize;
  /** Whether each image has a scale, and gradients by it, of its own: [images][channels]. */
  ownScales: bool;
  dscale: usize;
  dbias: usize;
  /** [images][3][channels] */
  factors: usize;
}

/**
 * What follows from the sums: dscale and dbias over all images or of each, and for each image and channel the three factors of dx = A·dz + B·x + C;
 * one chunk.
 */
export function groupNormGradFactorsJob(args: GroupNormGradFactorsArguments, _chunk: i32): void {
  const images = args.images;
  const blocks = args.blocks;
  const groups = args.groups;
  const channels = args.channels;
  const width = channels / groups;
  const n = <f64>args.rows * <f64>width;
  const scaleBytes = <usize>(args.ownScales ? images * channels : channels) << 2;
  memory.fill(args.dscale, 0, scaleBytes);
  memory.fill(args.dbias, 0, scaleBytes);
  for (let image = 0; image < images; image++) {
    const own = args.ownScales ? <usize>(image * channels) << 2 : 0;
    const scales = args.scale + own;
    const dscale = args.dscale + own;
    const dbias = args.dbias + own;
    const factors = args.factors + ((<usize>image * 3 * channels) << 2);
    for (let g = 0; g < groups; g++) {
      const moments = args.moments + ((<usize>image * groups + g) << 3);
      const mean = <f64>load<f32>(moments);
      const precision = <f64>load<f32>(moments, 4);
      let first: f64 = 0; // Σ dz·scale
      let second: f64 = 0; // Σ dz·scale·x̂
      for (let c = g * width; c < (g + 1) * width; c++) {
        let sum: f64 = 0;
        let product: f64 = 0;
        for (let b = 0; b < blocks; b++) {
          const from = args.partial + ((<usize>(image * blocks + b) * channels) << 3) + (c << 2);
          sum += <f64>load<f32>(from);
          product += <f64>load<f32>(from + (channels << 2));
        }
        product = (product - mean * sum) * precision; // Σ dz·x̂
        store<f32>(dscale + (c << 2), load<f32>(dscale + (c << 2)) + <f32>product);
        store<f32>(dbias + (c << 2), load<f32>(dbias + (c << 2)) + <f32>sum);
        const scale = <f64>load<f32>(scales + (c << 2));
        first += sum * scale;
        second += product * scale;
      }
      const slopeOfX = (-precision * precision * second) / n;
      for (let c = g * width; c < (g + 1) * width; c++) {
        const to = factors + (c << 2);
        store<f32>(to, <f32>(precision * <f64>load<f32>(scales + (c << 2))));
        store<f32>(to + (channels << 2), <f32>slopeOfX);
        store<f32>(to + (channels << 3), <f32>((-precision * first) / n - slopeOfX * mean));
      }
    }
  }
}

@unmanaged
class GroupNormGradArguments extends GroupRows {
  dz: usize;
  /** What `groupNormGradFactors` wrote. */
  factors: usize;
  to: usize;
}

/** dx = A·dz + B·x + C; chunk (image, block of rows). */
export function groupNormGradJob(args: GroupNormGradArguments, chunk: i32): void {
  const rows = args.rows;
  const channels = args.channels;
  const block = args.block;
  const blocks = args.blocks;
  const image = chunk / blocks;
  const start = (chunk % blocks) * block;
  const count = min(block, rows - start);
  const offset = (<usize>(image * rows + start) * channels) << 2;
  const stride = (<usize>channels) << 2;
  let x = args.x + offset;
  let dz = args.dz + offset;
  let to = args.to + offset;
  const a = args.factors + <usize>image * 3 * stride;
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
