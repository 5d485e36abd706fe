import { ACCUMULATE, gemm, ZERO } from './gemm';
import { argument, temporary, threadIndex } from './pool';
import { fma, fnma } from './simd';

/**
 * Convolution 3×3 with stride 1 by Winograd's F(4×4, 3×3) (Lavin & Gray 2015, arXiv:1509.09308): tiles of 4×4 outputs from 6×6
 * inputs, 36 products of matrices in place of 144. y = Aᵀ[(G g Gᵀ) ⊙ (Bᵀ d B)]A; the gradient by the filter is the transpose
 * of the same maps. Channels lie in the lanes; the number of input channels is a multiple of 4, of output channels of 8.
 */

/**
 * Bytes from one of the 36 matrices to the next: a cache line more than the matrix, or else all 36 would fall into the same few
 * cache sets whenever sizes are powers of two. The host allots as much.
 */
@inline
function matrixStride(floats: usize): usize {
  return (floats + 16) << 2;
}

@inline
function constant(value: f32): v128 {
  return f32x4.splat(value);
}

/** Bᵀ on six vectors `fromStride` apart, to `to`, `toStride` apart. */
@inline
function inputMap(d0: v128, d1: v128, d2: v128, d3: v128, d4: v128, d5: v128, to: usize, toStride: usize): void {
  const four = constant(4);
  const five = constant(5);
  const two = constant(2);
  v128.store(to, fma(four, d0, fnma(five, d2, d4)));
  const p = fnma(four, d2, d4);
  const q = fnma(four, d1, d3);
  v128.store(to + toStride, f32x4.add(p, q));
  v128.store(to + 2 * toStride, f32x4.sub(p, q));
  const r = f32x4.sub(d4, d2);
  const s = f32x4.sub(d3, d1);
  v128.store(to + 3 * toStride, fma(two, s, r));
  v128.store(to + 4 * toStride, fnma(two, s, r));
  v128.store(to + 5 * toStride, fma(four, d1, fnma(five, d3, d5)));
}

/** Aᵀ: six vectors to four. */
@inline
function outputMap(from: usize, fromStride: usize, to: usize, toStride: usize): void {
  const m1 = v128.load(from + fromStride);
  const m2 = v128.load(from + 2 * fromStride);
  const m3 = v128.load(from + 3 * fromStride);
  const m4 = v128.load(from + 4 * fromStride);
  const s1 = f32x4.add(m1, m2);
  const d1 = f32x4.sub(m1, m2);
  const s2 = f32x4.add(m3, m4);
  const d2 = f32x4.sub(m3, m4);
  v128.store(to, f32x4.add(f32x4.add(v128.load(from), s1), s2));
  v128.store(to + toStride, fma(constant(2), d2, d1));
  v128.store(to + 2 * toStride, fma(constant(4), s2, s1));
  v128.store(to + 3 * toStride, f32x4.add(fma(constant(8), d2, d1), v128.load(from + 5 * fromStride)));
}

/** A: four vectors to six. */
@inline
function outputGradMap(y0: v128, y1: v128, y2: v128, y3: v128, to: usize, toStride: usize): void {
  const even = f32x4.add(y0, y2);
  const odd = f32x4.add(y1, y3);
  const even2 = fma(constant(4), y2, y0);
  const odd2 = fma(constant(8), y3, f32x4.mul(constant(2), y1));
  v128.store(to, y0);
  v128.store(to + toStride, f32x4.add(even, odd));
  v128.store(to + 2 * toStride, f32x4.sub(even, odd));
  v128.store(to + 3 * toStride, f32x4.add(even2, odd2));
  v128.store(to + 4 * toStride, f32x4.sub(even2, odd2));
  v128.store(to + 5 * toStride, y3);
}

/** G: three vectors to six. */
@inline
function filterMap(g0: v128, g1: v128, g2: v128, to: usize, toStride: usize): void {
  const sixth = constant(<f32>(1.0 / 6.0));
  const a = f32x4.mul(f32x4.add(g0, g2), constant(<f32>(-1.0 / 6.0)));
  const b = fma(g0, constant(<f32>(1.0 / 24.0)), f32x4.mul(g2, sixth));
  const c = f32x4.mul(g1, constant(<f32>(1.0 / 12.0)));
  v128.store(to, f32x4.mul(g0, constant(0.25)));
  v128.store(to + toStride, fnma(g1, sixth, a));
  v128.store(to + 2 * toStride, fma(g1, sixth, a));
  v128.store(to + 3 * toStride, f32x4.add(b, c));
  v128.store(to + 4 * toStride, f32x4.sub(b, c));
  v128.store(to + 5 * toStride, g2);
}

/** Gᵀ: six vectors to three. */
@inline
function filterGradMap(from: usize, fromStride: usize, to: usize, toStride: usize): void {
  const u1 = v128.load(from + fromStride);
  const u2 = v128.load(from + 2 * fromStride);
  const u3 = v128.load(from + 3 * fromStride);
  const u4 = v128.load(from + 4 * fromStride);
  const sixth = constant(<f32>(1.0 / 6.0));
  const s1 = f32x4.mul(f32x4.add(u1, u2), sixth);
  const s2 = f32x4.add(u3, u4);
  const first = fma(v128.load(from), constant(0.25), f32x4.mul(s2, constant(<f32>(1.0 / 24.0))));
  v128.store(to, f32x4.sub(first, s1));
  const d1 = f32x4.mul(f32x4.sub(u2, u1), sixth);
  v128.store(to + toStride, fma(f32x4.sub(u3, u4), constant(<f32>(1.0 / 12.0)), d1));
  const last = fma(s2, sixth, v128.load(from + 5 * fromStride));
  v128.store(to + 2 * toStride, f32x4.sub(last, s1));
}

/** Job: chunk = panel of 8 output channels. 0 filter [3][3][k][n], 1 k, 2 n, 3 to [36][panel][k][8]. */
export function winogradFilterJob(chunk: i32): void {
  const k = <i32>argument(1);
  const n = <usize>argument(2);
  const tapStride = (<usize>k * n) << 2;
  const xiStride = matrixStride(<usize>k * n);
  const half = temporary();
  for (let i = 0; i < k; i++) {
    for (let v = 0; v < 2; v++) {
      const from = argument(0) + ((<usize>i * n + chunk * 8 + v * 4) << 2);
      const to = argument(3) + ((<usize>(chunk * k + i)) << 5) + (v << 4);
      for (let x = 0; x < 3; x++) {
        const g = from + x * tapStride;
        filterMap(v128.load(g), v128.load(g + 3 * tapStride), v128.load(g + 6 * tapStride), half + (x << 4), 48);
      }
      for (let y = 0; y < 6; y++) {
        const g = half + y * 48;
        filterMap(v128.load(g), v128.load(g, 16), v128.load(g, 32), to + y * 6 * xiStride, xiStride);
      }
    }
  }
}

/** Bᵀ d B of one tile: pointers to its 36 pixels are made first, those outside of the image point to zeros. */
function transformInput(
  image: usize,
  height: i32,
  width: i32,
  channels: i32,
  y0: i32,
  x0: i32,
  zeros: usize,
  to: usize,
  xiStride: usize,
): void {
  const pointers = temporary();
  const half = pointers + 160;
  for (let y = 0; y < 6; y++) {
    for (let x = 0; x < 6; x++) {
      const inside = y0 + y >= 0 && y0 + y < height && x0 + x >= 0 && x0 + x < width;
      const at = inside ? image + (((<usize>((y0 + y) * width + x0 + x)) * channels) << 2) : zeros;
      store<usize>(pointers + ((y * 6 + x) << 2), at);
    }
  }
  const end = (<usize>channels) << 2;
  for (let c: usize = 0; c < end; c += 16) {
    for (let x = 0; x < 6; x++) {
      const p = pointers + (x << 2);
      inputMap(
        v128.load(load<usize>(p) + c),
        v128.load(load<usize>(p, 24) + c),
        v128.load(load<usize>(p, 48) + c),
        v128.load(load<usize>(p, 72) + c),
        v128.load(load<usize>(p, 96) + c),
        v128.load(load<usize>(p, 120) + c),
        half + (x << 4),
        96,
      );
    }
    for (let y = 0; y < 6; y++) {
      const h = half + y * 96;
      inputMap(
        v128.load(h),
        v128.load(h, 16),
        v128.load(h, 32),
        v128.load(h, 48),
        v128.load(h, 64),
        v128.load(h, 80),
        to + c + y * 6 * xiStride,
        xiStride,
      );
    }
  }
}

/** Aᵀ m A of one tile (+ bias), clipped to the image. */
function transformOutput(
  from: usize,
  xiStride: usize,
  columns: i32,
  bias: usize,
  to: usize,
  rowStride: usize,
  pixelStride: usize,
  rows: i32,
  cols: i32,
): void {
  const half = temporary(); // [4][6]
  const tile = half + 384; // [4][4]
  const end = (<usize>columns) << 2;
  for (let c: usize = 0; c < end; c += 16) {
    for (let x = 0; x < 6; x++) outputMap(from + c + x * xiStride, 6 * xiStride, half + (x << 4), 96);
    const add = bias ? v128.load(bias + c) : f32x4.splat(0);
    for (let y = 0; y < rows; y++) {
      outputMap(half + y * 96, 16, tile, 16);
      const at = to + c + y * rowStride;
      for (let x = 0; x < cols; x++) v128.store(at + x * pixelStride, f32x4.add(add, v128.load(tile + (x << 4))));
    }
  }
}

/**
 * Job: chunk (tile block, column block). 0 from [images][height][width][k], 1 height, 2 width, 3 k, 4 pad, 5 filter as of
 * winogradFilterJob, 6 n, 7 to, 8 output height, 9 output width, 10 bias or 0, 11 tiles over all images, 12 tiles a chunk, 13 columns a
 * chunk, 14 memory, 15 bytes of it a thread, 16 zeros.
 */
export function winogradJob(chunk: i32): void {
  const height = <i32>argument(1);
  const width = <i32>argument(2);
  const k = <i32>argument(3);
  const pad = <i32>argument(4);
  const n = <i32>argument(6);
  const outHeight = <i32>argument(8);
  const outWidth = <i32>argument(9);
  const tileBlock = <i32>argument(12);
  const columnBlock = <i32>argument(13);
  const columnBlocks = (n + columnBlock - 1) / columnBlock;
  const j = (chunk % columnBlocks) * columnBlock;
  const columns = min(columnBlock, n - j);
  const first = (chunk / columnBlocks) * tileBlock;
  const tiles = min(tileBlock, <i32>argument(11) - first);
  const tileRows = (outHeight + 3) >> 2;
  const tileColumns = (outWidth + 3) >> 2;

  const vStride = matrixStride(<usize>tiles * k);
  const mStride = matrixStride(<usize>tiles * columns);
  const v = argument(14) + argument(15) * <usize>threadIndex();
  const m = v + 36 * vStride;
  const imageBytes = (<usize>height * width * k) << 2;
  for (let t = 0; t < tiles; t++) {
    const tile = first + t;
    const tx = tile % tileColumns;
    const rest = tile / tileColumns;
    const image = argument(0) + (rest / tileRows) * imageBytes;
    const y = (rest % tileRows) * 4 - pad;
    transformInput(image, height, width, k, y, tx * 4 - pad, argument(16), v + ((<usize>t * k) << 2), vStride);
  }
  const panelBytes = (<usize>k) << 5;
  const u = argument(5) + (<usize>(j >> 3)) * panelBytes;
  const uStride = matrixStride(<usize>k * n);
  for (let xi = 0; xi < 36; xi++)
    gemm(
      tiles,
      columns,
      k,
      v + xi * vStride,
      (<usize>k) << 2,
      4,
      u + xi * uStride,
      panelBytes,
      m + xi * mStride,
      (<usize>columns) << 2,
      ZERO,
      0,
    );
  const pixelStride = (<usize>n) << 2;
  const rowStride = pixelStride * outWidth;
  const bias = argument(10) ? argument(10) + (j << 2) : 0;
  for (let t = 0; t < tiles; t++) {
    const tile = first + t;
    const x = (tile % tileColumns) * 4;
    const rest = tile / tileColumns;
    const y = (rest % tileRows) * 4;
    const to = argument(7) + ((<usize>((rest / tileRows) * outHeight + y) * outWidth + x) * n + j) * 4;
    const rows = min(4, outHeight - y);
    transformOutput(m + ((<usize>t * columns) << 2), mStride, columns, bias, to, rowStride, pixelStride, rows, min(4, outWidth - x));
  }
}

/**
 * Job: chunk = tile block of the transforms for the gradient by the filter. 0–4 as above, 5 dy, 6 n, 7 output height, 8 output width,
 * 9 first tile, 10 tiles, 11 tiles a chunk, 12 V [36][tiles][k], 13 Z packed [36][n/8][tiles][8], 14 zeros.
 */
export function winogradGradTransformJob(chunk: i32): void {
  const height = <i32>argument(1);
  const width = <i32>argument(2);
  const k = <i32>argument(3);
  const pad = <i32>argument(4);
  const n = <i32>argument(6);
  const outHeight = <i32>argument(7);
  const outWidth = <i32>argument(8);
  const total = <i32>argument(10);
  const tileRows = (outHeight + 3) >> 2;
  const tileColumns = (outWidth + 3) >> 2;
  const from = chunk * <i32>argument(11);
  const to = min(total, from + <i32>argument(11));
  const vStride = matrixStride(<usize>total * k);
  const zStride = matrixStride(<usize>total * n);
  const panelStride = (<usize>total) << 5;
  const imageBytes = (<usize>height * width * k) << 2;
  const pixelStride = (<usize>n) << 2;
  const half = temporary(); // [6][4]
  const zero = f32x4.splat(0);
  for (let t = from; t < to; t++) {
    const tile = <i32>argument(9) + t;
    const x = (tile % tileColumns) * 4;
    const rest = tile / tileColumns;
    const y = (rest % tileRows) * 4;
    const image = argument(0) + (rest / tileRows) * imageBytes;
    const v = argument(12) + ((<usize>t * k) << 2);
    transformInput(image, height, width, k, y - pad, x - pad, argument(14), v, vStride);
    const dy = argument(5) + (((<usize>((rest / tileRows) * outHeight + y) * outWidth + x) * n) << 2);
    const rows = outHeight - y;
    const cols = outWidth - x;
    const rowStride = pixelStride * outWidth;
    for (let c = 0; c < n; c += 4) {
      const at = dy + (c << 2);
      for (let i = 0; i < 4; i++) {
        const p = at + i * pixelStride;
        const some = i < cols;
        outputGradMap(
          some ? v128.load(p) : zero,
          some && rows > 1 ? v128.load(p + rowStride) : zero,
          some && rows > 2 ? v128.load(p + 2 * rowStride) : zero,
          some && rows > 3 ? v128.load(p + 3 * rowStride) : zero,
          half + (i << 4),
          64,
        );
      }
      const z = argument(13) + (<usize>(c >> 3)) * panelStride + ((<usize>t) << 5) + ((c & 4) << 2);
      for (let i = 0; i < 6; i++) {
        const h = half + (i << 6);
        outputGradMap(v128.load(h), v128.load(h, 16), v128.load(h, 32), v128.load(h, 48), z + i * 6 * zStride, zStride);
      }
    }
  }
}

/** Job: chunk (xi, row block) of dU[xi] = V[xi]ᵀ·Z[xi]. 0 k, 1 n, 2 tiles, 3 V, 4 Z, 5 dU [36][k][n], 6 rows a chunk, 7 whether to add. */
export function winogradGradProductJob(chunk: i32): void {
  const k = <i32>argument(0);
  const n = <i32>argument(1);
  const tiles = <i32>argument(2);
  const rowBlock = <i32>argument(6);
  const blocks = (k + rowBlock - 1) / rowBlock;
  const i = (chunk % blocks) * rowBlock;
  const xi = <usize>(chunk / blocks);
  gemm(
    min(rowBlock, k - i),
    n,
    tiles,
    argument(3) + xi * matrixStride(<usize>tiles * k) + (i << 2),
    4,
    (<usize>k) << 2,
    argument(4) + xi * matrixStride(<usize>tiles * n),
    (<usize>tiles) << 5,
    argument(5) + xi * matrixStride(<usize>k * n) + ((<usize>i * n) << 2),
    (<usize>n) << 2,
    argument(7) ? ACCUMULATE : ZERO,
    0,
  );
}

/** Job: chunk = input channel. dW = Gᵀ dU G. 0 dU [36][k][n], 1 k, 2 n, 3 to [3][3][k][n]. */
export function winogradGradFilterJob(chunk: i32): void {
  const k = <usize>argument(1);
  const n = <usize>argument(2);
  const tapStride = (k * n) << 2;
  const stride = matrixStride(k * n);
  const half = temporary(); // [3][6]
  const tile = half + 288;
  for (let c: usize = 0; c < n; c += 4) {
    const from = argument(0) + ((<usize>chunk * n + c) << 2);
    const to = argument(3) + ((<usize>chunk * n + c) << 2);
    for (let x = 0; x < 6; x++) filterGradMap(from + x * stride, 6 * stride, half + (x << 4), 96);
    for (let y = 0; y < 3; y++) {
      filterGradMap(half + y * 96, 16, tile, 16);
      for (let x = 0; x < 3; x++) v128.store(to + (y * 3 + x) * tapStride, v128.load(tile + (x << 4)));
    }
  }
}
