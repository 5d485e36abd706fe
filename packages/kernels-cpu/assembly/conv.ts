import { gemm, Start } from './gemm';
import { threadIndex } from './pool';
import { transpose4x4 } from './simd';

/**
 * Convolution of any size as a matrix product: a block of output pixels' patches is gathered into this thread's memory,
 * [pixels][kh·kw·C], and multiplied with the packed filter. The gradient by the input is the same with the filter turned
 * and transposed; a stride then becomes `up`: only every up-th position holds a value.
 */

@inline
function copyFloats(from: usize, to: usize, count: i32): void {
  let i = count;
  for (; i >= 4; i -= 4) {
    v128.store(to, v128.load(from));
    from += 16;
    to += 16;
  }
  for (; i > 0; i--) {
    store<f32>(to, load<f32>(from));
    from += 4;
    to += 4;
  }
}

@inline
function zeroFloats(to: usize, count: i32): void {
  memory.fill(to, 0, (<usize>count) << 2);
}

/** How patches are gathered; what the jobs below have in common. */
@unmanaged
class Patches {
  x: usize;
  height: i32;
  width: i32;
  k: i32;
  outHeight: i32;
  outWidth: i32;
  filterHeight: i32;
  filterWidth: i32;
  stride: i32;
  dilation: i32;
  padTop: i32;
  padLeft: i32;
  /** Only every `up`-th position of x holds a value, both ways; the others are zero. */
  up: i32;
  /** Output pixels over the batch. */
  pixels: i32;
}

function gatherPixel(args: Patches, pixel: i32, to: usize, tapFrom: i32, tapTo: i32, channelFrom: i32, channels: i32): void {
  const source = args.x;
  const height = args.height;
  const width = args.width;
  const depth = args.k;
  const outHeight = args.outHeight;
  const outWidth = args.outWidth;
  const kernelWidth = args.filterWidth;
  const stride = args.stride;
  const dilation = args.dilation;
  const up = args.up;
  const ox = pixel % outWidth;
  const rest = pixel / outWidth;
  const oy = rest % outHeight;
  const image = rest / outHeight;
  const y0 = oy * stride - args.padTop;
  const x0 = ox * stride - args.padLeft;
  const whole = up == 1 && dilation == 1 && channels == depth && x0 >= 0 && x0 + kernelWidth <= width;
  for (let tap = tapFrom; tap < tapTo; ) {
    const kx = tap % kernelWidth;
    let y = y0 + (tap / kernelWidth) * dilation;
    let x = x0 + kx * dilation;
    const run = whole && kx == 0 && tap + kernelWidth <= tapTo ? kernelWidth : 1;
    let inside = true;
    if (up != 1) {
      inside = y >= 0 && x >= 0 && y % up == 0 && x % up == 0;
      y /= up;
      x /= up;
    }
    inside = inside && y >= 0 && y < height && x >= 0 && x < width;
    const count = run * channels;
    if (inside)
      copyFloats(source + (((<usize>((image * height + y) * width + x)) * depth + channelFrom) << 2), to, count);
    else zeroFloats(to, count);
    to += (<usize>count) << 2;
    tap += run;
  }
}

@unmanaged
class ConvArguments extends Patches {
  /** Packed: [n/8][taps·k][8]. */
  filter: usize;
  /** Output channels. */
  n: i32;
  to: usize;
  /** [n], or 0 */
  bias: usize;
  /** Pixels of a chunk. */
  pixelBlock: i32;
  /** Columns of a chunk. */
  columnBlock: i32;
  /** Working memory of all threads. */
  memory: usize;
  bytesPerThread: usize;
}

/** A convolution; chunk (block of pixels, block of columns). */
export function convJob(args: ConvArguments, chunk: i32): void {
  const taps = args.filterHeight * args.filterWidth;
  const depth = args.k;
  const k = taps * depth;
  const n = args.n;
  const pixelBlock = args.pixelBlock;
  const columnBlock = args.columnBlock;
  const columnBlocks = (n + columnBlock - 1) / columnBlock;
  const j = (chunk % columnBlocks) * columnBlock;
  const from = (chunk / columnBlocks) * pixelBlock;
  const pixels = min(pixelBlock, args.pixels - from);
  const patches = args.memory + args.bytesPerThread * <usize>threadIndex();
  const rowBytes = (<usize>k) << 2;
  for (let i = 0; i < pixels; i++) gatherPixel(args, from + i, patches + i * rowBytes, 0, taps, 0, depth);
  const bias = args.bias;
  gemm(
    pixels,
    min(columnBlock, n - j),
    k,
    patches,
    rowBytes,
    4,
    args.filter + ((<usize>j * k) << 2),
    (<usize>k) << 5,
    args.to + ((<usize>from * n + j) << 2),
    (<usize>n) << 2,
    bias ? Start.bias : Start.zero,
    bias + (j << 2),
  );
}

@unmanaged
class ConvFilterGradArguments extends Patches {
  /** Packed: [n/8][pixels][8]. */
  dy: usize;
  /** Output channels. */
  n: i32;
  to: usize;
  /** Channels of a chunk. */
  channelBlock: i32;
  /** Pixels gathered at a time. */
  pixelBlock: i32;
  /** Working memory of all threads. */
  memory: usize;
  bytesPerThread: usize;
}

/** The gradient of a convolution by its filter; chunk (tap, block of channels). */
export function convFilterGradJob(args: ConvFilterGradArguments, chunk: i32): void {
  const depth = args.k;
  const total = args.pixels;
  const n = args.n;
  const channelBlock = args.channelBlock;
  const pixelBlock = args.pixelBlock;
  const blocks = (depth + channelBlock - 1) / channelBlock;
  const channelFrom = (chunk % blocks) * channelBlock;
  const tap = chunk / blocks;
  const channels = min(channelBlock, depth - channelFrom);
  const patches = args.memory + args.bytesPerThread * <usize>threadIndex();
  const rowBytes = (<usize>channels) << 2;
  const to = args.to + ((<usize>(tap * depth + channelFrom) * n) << 2);
  for (let from = 0; from < total || from == 0; from += pixelBlock) {
    const pixels = min(pixelBlock, total - from);
    for (let i = 0; i < pixels; i++)
      gatherPixel(args, from + i, patches + i * rowBytes, tap, tap + 1, channelFrom, channels);
    gemm(
      channels,
      n,
      pixels,
      patches,
      4,
      rowBytes,
      args.dy + ((<usize>from) << 5),
      (<usize>total) << 5,
      to,
      (<usize>n) << 2,
      from == 0 ? Start.zero : Start.accumulate,
      0,
    );
  }
}

@unmanaged
class TurnFilterArguments {
  from: usize;
  taps: i32;
  k: i32;
  n: i32;
  to: usize;
}

/** The filter turned by 180° and transposed: to[taps − 1 − tap][n][k] = from[tap][k][n]; chunk: a tap. */
export function turnFilterJob(args: TurnFilterArguments, chunk: i32): void {
  const k = args.k;
  const n = args.n;
  const from = args.from + ((<usize>(chunk * k * n)) << 2);
  const to = args.to + ((<usize>((args.taps - 1 - chunk) * k * n)) << 2);
  transpose(from, k, n, to);
}

/** to[n][k] = from[k][n]. */
export function transpose(from: usize, k: i32, n: i32, to: usize): void {
  const fromStride = (<usize>n) << 2;
  const toStride = (<usize>k) << 2;
  let i = 0;
  for (; i + 4 <= k; i += 4) {
    let j = 0;
    for (; j + 4 <= n; j += 4)
      transpose4x4(from + i * fromStride + (j << 2), fromStride, to + j * toStride + (i << 2), toStride);
    for (; j < n; j++)
      for (let r = i; r < i + 4; r++)
        store<f32>(to + j * toStride + (r << 2), load<f32>(from + r * fromStride + (j << 2)));
  }
  for (; i < k; i++)
    for (let j = 0; j < n; j++)
      store<f32>(to + j * toStride + (i << 2), load<f32>(from + i * fromStride + (j << 2)));
}
