import { loadPart, storePart } from './math';
import { fma } from './simd';

/** Half and twice the size of images [images][height][width][channels]. */

/** A batch of images. */
@unmanaged
class Images {
  /** [images][height][width][channels] */
  x: usize;
  height: i32;
  width: i32;
  channels: i32;
}

@unmanaged
class MaxPoolArguments extends Images {
  y: usize;
}

/** Max pooling; chunk: a row of the output. */
export function maxPoolJob(args: MaxPoolArguments, chunk: i32): void {
  const width = args.width;
  const channels = args.channels;
  const outHeight = args.height >> 1;
  const outWidth = width >> 1;
  const pixel = (<usize>channels) << 2;
  const row = pixel * width;
  const image = chunk / outHeight;
  let from = args.x + (<usize>(image * args.height + (chunk % outHeight) * 2)) * row;
  let to = args.y + (<usize>chunk * outWidth) * pixel;
  for (let x = 0; x < outWidth; x++) {
    for (let c = 0; c < channels; c += 4) {
      const left = channels - c;
      const p = from + (c << 2);
      const top = f32x4.max(loadPart(p, left), loadPart(p + pixel, left));
      const bottom = f32x4.max(loadPart(p + row, left), loadPart(p + row + pixel, left));
      storePart(to + (c << 2), f32x4.max(top, bottom), left);
    }
    from += 2 * pixel;
    to += pixel;
  }
}

@unmanaged
class MaxPoolGradArguments extends Images {
  dy: usize;
  dx: usize;
}

/** The gradient of max pooling; chunk: a row of the output. dx is zero beforehand where height or width is odd. */
export function maxPoolGradJob(args: MaxPoolGradArguments, chunk: i32): void {
  const width = args.width;
  const channels = args.channels;
  const outHeight = args.height >> 1;
  const outWidth = width >> 1;
  const pixel = (<usize>channels) << 2;
  const row = pixel * width;
  const offset = (<usize>((chunk / outHeight) * args.height + (chunk % outHeight) * 2)) * row;
  let from = args.x + offset;
  let to = args.dx + offset;
  let dy = args.dy + (<usize>chunk * outWidth) * pixel;
  for (let x = 0; x < outWidth; x++) {
    for (let c = 0; c < channels; c += 4) {
      const left = channels - c;
      const p = from + (c << 2);
      const t = to + (c << 2);
      const a = loadPart(p, left);
      const b = loadPart(p + pixel, left);
      const d = loadPart(p + row, left);
      const e = loadPart(p + row + pixel, left);
      const top = f32x4.max(f32x4.max(a, b), f32x4.max(d, e));
      const g = loadPart(dy + (c << 2), left);
      const isA = f32x4.eq(a, top);
      const isB = v128.andnot(f32x4.eq(b, top), isA);
      const before = v128.or(isA, isB);
      const isD = v128.andnot(f32x4.eq(d, top), before);
      const isE = v128.andnot(f32x4.eq(e, top), v128.or(before, isD));
      storePart(t, v128.and(g, isA), left);
      storePart(t + pixel, v128.and(g, isB), left);
      storePart(t + row, v128.and(g, isD), left);
      storePart(t + row + pixel, v128.and(g, isE), left);
    }
    from += 2 * pixel;
    to += 2 * pixel;
    dy += pixel;
  }
}

/** Position of output `i` among `size` inputs, corners aligned. */
@inline
function positionOf(i: i32, size: i32): f64 {
  return (<f64>i * <f64>(size - 1)) / <f64>(2 * size - 1);
}

@unmanaged
class UpsampleArguments extends Images {
  y: usize;
  bilinear: bool;
  /** Bytes between pixels of the output, which may be part of a wider image. */
  pixelStride: usize;
}

/** Doubles height and width; chunk: a row of the output. */
export function upsampleJob(args: UpsampleArguments, chunk: i32): void {
  const height = args.height;
  const width = args.width;
  const channels = args.channels;
  const pixel = (<usize>channels) << 2;
  const row = pixel * width;
  const outPixel = args.pixelStride;
  const y = chunk % (2 * height);
  const image = args.x + (<usize>(chunk / (2 * height)) * height) * row;
  let to = args.y + (<usize>chunk * 2 * width) * outPixel;
  if (!args.bilinear) {
    for (let x = 0; x < 2 * width; x++) {
      const from = image + (<usize>(y >> 1)) * row + (<usize>(x >> 1)) * pixel;
      for (let c = 0; c < channels; c += 4)
        storePart(to + (c << 2), loadPart(from + (c << 2), channels - c), channels - c);
      to += outPixel;
    }
    return;
  }
  const py = positionOf(y, height);
  const y0 = <i32>py;
  const fy = f32x4.splat(<f32>(py - <f64>y0));
  const top = image + <usize>y0 * row;
  const below = y0 + 1 < height ? row : 0;
  for (let x = 0; x < 2 * width; x++) {
    const px = positionOf(x, width);
    const x0 = <i32>px;
    const fx = f32x4.splat(<f32>(px - <f64>x0));
    const from = top + <usize>x0 * pixel;
    const beside = x0 + 1 < width ? pixel : 0;
    for (let c = 0; c < channels; c += 4) {
      const left = channels - c;
      const p = from + (c << 2);
      const a = loadPart(p, left);
      const b = loadPart(p + below, left);
      const u = fma(f32x4.sub(loadPart(p + beside, left), a), fx, a);
      const v = fma(f32x4.sub(loadPart(p + beside + below, left), b), fx, b);
      storePart(to + (c << 2), fma(f32x4.sub(v, u), fy, u), left);
    }
    to += outPixel;
  }
}

/** Weight that output `o` gives to input `i`. */
@inline
function weightOf(o: i32, i: i32, size: i32): f64 {
  const p = positionOf(o, size);
  const low = <i32>p;
  const f = p - <f64>low;
  if (low == i) return low + 1 < size ? 1 - f : 1;
  if (low + 1 == i) return f;
  return 0;
}

@unmanaged
class UpsampleGradArguments {
  dy: usize;
  /** Of dx. */
  height: i32;
  width: i32;
  channels: i32;
  dx: usize;
  bilinear: bool;
}

/** The gradient of doubling: each input gathers from the few outputs it went to; chunk: a row of dx. */
export function upsampleGradJob(args: UpsampleGradArguments, chunk: i32): void {
  const height = args.height;
  const width = args.width;
  const channels = args.channels;
  const pixel = (<usize>channels) << 2;
  const outRow = pixel * 2 * width;
  const y = chunk % height;
  const image = args.dy + (<usize>(chunk / height) * 2 * height) * outRow;
  let to = args.dx + (<usize>chunk * width) * pixel;
  const bilinear = args.bilinear != 0;
  // Outputs o with position in (i − 1, i + 1): at most 2·i ± 3.
  const reach = bilinear ? 3 : 0;
  for (let x = 0; x < width; x++) {
    memory.fill(to, 0, pixel);
    const oyEnd = min(2 * height - 1, 2 * y + 1 + reach);
    const oxEnd = min(2 * width - 1, 2 * x + 1 + reach);
    for (let oy = max(0, 2 * y - reach); oy <= oyEnd; oy++) {
      const wy = bilinear ? weightOf(oy, y, height) : 1;
      if (wy == 0) continue;
      for (let ox = max(0, 2 * x - reach); ox <= oxEnd; ox++) {
        const w = wy * (bilinear ? weightOf(ox, x, width) : 1);
        if (w == 0) continue;
        const weight = f32x4.splat(<f32>w);
        const from = image + <usize>oy * outRow + <usize>ox * pixel;
        for (let c = 0; c < channels; c += 4) {
          const left = channels - c;
          const t = to + (c << 2);
          storePart(t, fma(loadPart(from + (c << 2), left), weight, loadPart(t, left)), left);
        }
      }
    }
    to += pixel;
  }
}
