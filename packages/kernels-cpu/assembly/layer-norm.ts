import { loadPart, storePart } from './math';
import { fma, sumLanes } from './simd';
import { squaredDeviations, sumContiguous } from './reduce';

/** Rows, and how they are normalized. */
@unmanaged
class LayerRows {
  /** [rows][channels] */
  x: usize;
  rows: i32;
  channels: i32;
  /** Rows of a chunk. */
  block: i32;
  scale: usize;
  epsilon: f32;
}

@unmanaged
class LayerNormArguments extends LayerRows {
  bias: usize;
  to: usize;
}

/** LayerNorm; chunk: a block of rows. */
export function layerNormJob(args: LayerNormArguments, chunk: i32): void {
  const channels = args.channels;
  const block = args.block;
  const start = chunk * block;
  const end = min(start + block, args.rows);
  for (let i = start; i < end; i++) {
    const x = args.x + ((<usize>i * channels) << 2);
    const to = args.to + ((<usize>i * channels) << 2);
    const mean = sumContiguous(x, channels) / <f32>channels;
    const variance = squaredDeviations(x, channels, mean) / <f32>channels;
    const precision = <f32>1 / sqrt<f32>(variance + args.epsilon);
    const m = f32x4.splat(mean);
    const p = f32x4.splat(precision);
    for (let c = 0; c < channels; c += 4) {
      const left = channels - c;
      const at = (<usize>c) << 2;
      const normalized = f32x4.mul(f32x4.sub(loadPart(x + at, left), m), p);
      storePart(to + at, fma(normalized, loadPart(args.scale + at, left), loadPart(args.bias + at, left)), left);
    }
  }
}

@unmanaged
class LayerNormGradArguments extends LayerRows {
  dy: usize;
  dx: usize;
  /** [chunks][dscale, dbias][channels] */
  partial: usize;
}

/** The gradient of LayerNorm; chunk: a block of rows. */
export function layerNormGradJob(args: LayerNormGradArguments, chunk: i32): void {
  const channels = args.channels;
  const block = args.block;
  const start = chunk * block;
  const end = min(start + block, args.rows);
  const stride = (<usize>channels) << 2;
  const dscale = args.partial + <usize>chunk * 2 * stride;
  const dbias = dscale + stride;
  memory.fill(dscale, 0, 2 * stride);
  const scale = args.scale;
  for (let i = start; i < end; i++) {
    const x = args.x + <usize>i * stride;
    const dy = args.dy + <usize>i * stride;
    const dx = args.dx + <usize>i * stride;
    const mean = sumContiguous(x, channels) / <f32>channels;
    const variance = squaredDeviations(x, channels, mean) / <f32>channels;
    const precision = <f32>1 / sqrt<f32>(variance + args.epsilon);
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
