import { BIAS, gemm, ZERO } from './gemm';
import { argument, threadIndex } from './pool';
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

// Arguments 0–13 of both jobs: source and its height, width, channels; output height, width; kernel height, width;
// stride, dilation, pad at the top and left, up, number of output pixels over the batch.
function gatherPixel(pixel: i32, to: usize, tapFrom: i32, tapTo: i32, channelFrom: i32, channels: i32): void {
  const source = argument(0);
  const height = <i32>argument(1);
  const width = <i32>argument(2);
  const depth = <i32>argument(3);
  const outHeight = <i32>argument(4);
  const outWidth = <i32>argument(5);
  const kernelWidth = <i32>argument(7);
  const stride = <i32>argument(8);
  const dilation = <i32>argument(9);
  const up = <i32>argument(12);
  const ox = pixel % outWidth;
  const rest = pixel / outWidth;
  const oy = rest % outHeight;
  const image = rest / outHeight;
  const y0 = oy * stride - <i32>argument(10);
  const x0 = ox * stride - <i32>argument(11);
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

/** Job: chunk (pixel block, column block). 14 filter packed, 15 output channels, 16 to, 17 bias or 0, 18 pixels a chunk, 19 columns a chunk, 20 memory, 21 bytes of it a thread. */
export function convJob(chunk: i32): void {
  const taps = <i32>argument(6) * <i32>argument(7);
  const depth = <i32>argument(3);
  const k = taps * depth;
  const n = <i32>argument(15);
  const pixelBlock = <i32>argument(18);
  const columnBlock = <i32>argument(19);
  const columnBlocks = (n + columnBlock - 1) / columnBlock;
  const j = (chunk % columnBlocks) * columnBlock;
  const from = (chunk / columnBlocks) * pixelBlock;
  const pixels = min(pixelBlock, <i32>argument(13) - from);
  const patches = argument(20) + argument(21) * <usize>threadIndex();
  const rowBytes = (<usize>k) << 2;
  for (let i = 0; i < pixels; i++) gatherPixel(from + i, patches + i * rowBytes, 0, taps, 0, depth);
  const bias = argument(17);
  gemm(
    pixels,
    min(columnBlock, n - j),
    k,
    patches,
    rowBytes,
    4,
    argument(14) + ((<usize>j * k) << 2),
    (<usize>k) << 5,
    argument(16) + ((<usize>from * n + j) << 2),
    (<usize>n) << 2,
    bias ? BIAS : ZERO,
    bias + (j << 2),
  );
}

/** Job: chunk (tap, channel block) of the gradient by the filter. 14 dy packed, 15 output channels, 16 to, 17 channels a chunk, 18 pixels gathered at a time, 19 memory, 20 bytes of it a thread. */
export function convFilterGradJob(chunk: i32): void {
  const depth = <i32>argument(3);
  const total = <i32>argument(13);
  const n = <i32>argument(15);
  const channelBlock = <i32>argument(17);
  const pixelBlock = <i32>argument(18);
  const blocks = (depth + channelBlock - 1) / channelBlock;
  const channelFrom = (chunk % blocks) * channelBlock;
  const tap = chunk / blocks;
  const channels = min(channelBlock, depth - channelFrom);
  const patches = argument(19) + argument(20) * <usize>threadIndex();
  const rowBytes = (<usize>channels) << 2;
  const to = argument(16) + ((<usize>(tap * depth + channelFrom) * n) << 2);
  for (let from = 0; from < total || from == 0; from += pixelBlock) {
    const pixels = min(pixelBlock, total - from);
    for (let i = 0; i < pixels; i++)
      gatherPixel(from + i, patches + i * rowBytes, tap, tap + 1, channelFrom, channels);
    gemm(
      channels,
      n,
      pixels,
      patches,
      4,
      rowBytes,
      argument(14) + ((<usize>from) << 5),
      (<usize>total) << 5,
      to,
      (<usize>n) << 2,
      from == 0 ? 0 : 1,
      0,
    );
  }
}

/** Job: chunk = tap. The filter turned by 180° and transposed: to[taps − 1 − tap][n][k] = from[tap][k][n]. 0 from, 1 taps, 2 k, 3 n, 4 to. */
export function turnFilterJob(chunk: i32): void {
  const k = <i32>argument(2);
  const n = <i32>argument(3);
  const from = argument(0) + ((<usize>(chunk * k * n)) << 2);
  const to = argument(4) + ((<usize>((<i32>argument(1) - 1 - chunk) * k * n)) << 2);
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
