import { gemm, Start } from './gemm';
import { temporary, threadIndex } from './pool';
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

/** How a filter comes to a convolution. This machine takes transformed ones only, see `winogradWithin` of the host. */
export const enum FilterForm {
  /** What `winogradFilter` wrote. */
  transformed,
  /** [3][3][k][n] */
  plain,
  /** [3][3][n][k], to be turned by 180° and transposed: of the gradient by the input. */
  turned,
}

@unmanaged
class WinogradFilterArguments {
  /** [3][3][k][n] */
  filter: usize;
  k: i32;
  n: i32;
  /** [36][n/8][k][8] */
  to: usize;
}

/** Transforms and packs the filter; chunk: a panel of 8 output channels. */
export function winogradFilterJob(args: WinogradFilterArguments, chunk: i32): void {
  const k = args.k;
  const n = <usize>args.n;
  const tapStride = (<usize>k * n) << 2;
  const xiStride = matrixStride(<usize>k * n);
  const half = temporary();
  for (let i = 0; i < k; i++) {
    for (let v = 0; v < 2; v++) {
      const from = args.filter + ((<usize>i * n + chunk * 8 + v * 4) << 2);
      const to = args.to + ((<usize>(chunk * k + i)) << 5) + (v << 4);
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

/** A convolution seen as tiles of 4×4 outputs. */
@unmanaged
class Tiles {
  /** [images][height][width][k] */
  x: usize;
  height: i32;
  width: i32;
  k: i32;
  /** At the top and at the left. */
  pad: i32;
  n: i32;
  outHeight: i32;
  outWidth: i32;
  /** [k] zeros. */
  zeros: usize;
  /** Tiles of a chunk. */
  tileBlock: i32;
}

@unmanaged
class WinogradArguments extends Tiles {
  /** In this form. */
  filter: usize;
  form: FilterForm;
  to: usize;
  /** [n], or 0 */
  bias: usize;
  /** Tiles over all images. */
  tiles: i32;
  /** Columns of a chunk. */
  columnBlock: i32;
  /** Input channels that a filter is transformed for at a time, if it is not yet. */
  depthBlock: i32;
  /** Working memory of all threads. */
  memory: usize;
  bytesPerThread: usize;
}

/** A convolution with a transformed filter; chunk (block of tiles, block of columns). */
export function winogradJob(args: WinogradArguments, chunk: i32): void {
  const height = args.height;
  const width = args.width;
  const k = args.k;
  const pad = args.pad;
  const n = args.n;
  const outHeight = args.outHeight;
  const outWidth = args.outWidth;
  const tileBlock = args.tileBlock;
  const columnBlock = args.columnBlock;
  const columnBlocks = (n + columnBlock - 1) / columnBlock;
  const j = (chunk % columnBlocks) * columnBlock;
  const columns = min(columnBlock, n - j);
  const first = (chunk / columnBlocks) * tileBlock;
  const tiles = min(tileBlock, args.tiles - first);
  const tileRows = (outHeight + 3) >> 2;
  const tileColumns = (outWidth + 3) >> 2;

  const vStride = matrixStride(<usize>tiles * k);
  const mStride = matrixStride(<usize>tiles * columns);
  const v = args.memory + args.bytesPerThread * <usize>threadIndex();
  const m = v + 36 * vStride;
  const imageBytes = (<usize>height * width * k) << 2;
  for (let t = 0; t < tiles; t++) {
    const tile = first + t;
    const tx = tile % tileColumns;
    const rest = tile / tileColumns;
    const image = args.x + (rest / tileRows) * imageBytes;
    const y = (rest % tileRows) * 4 - pad;
    transformInput(image, height, width, k, y, tx * 4 - pad, args.zeros, v + ((<usize>t * k) << 2), vStride);
  }
  const panelBytes = (<usize>k) << 5;
  const u = args.filter + (<usize>(j >> 3)) * panelBytes;
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
      Start.zero,
      0,
    );
  const pixelStride = (<usize>n) << 2;
  const rowStride = pixelStride * outWidth;
  const bias = args.bias ? args.bias + (j << 2) : 0;
  for (let t = 0; t < tiles; t++) {
    const tile = first + t;
    const x = (tile % tileColumns) * 4;
    const rest = tile / tileColumns;
    const y = (rest % tileRows) * 4;
    const to = args.to + ((<usize>((rest / tileRows) * outHeight + y) * outWidth + x) * n + j) * 4;
    const rows = min(4, outHeight - y);
    transformOutput(m + ((<usize>t * columns) << 2), mStride, columns, bias, to, rowStride, pixelStride, rows, min(4, outWidth - x));
  }
}

@unmanaged
class WinogradGradTransformArguments extends Tiles {
  /** [images][outHeight][outWidth][n] */
  dy: usize;
  firstTile: i32;
  /** Tiles from the first on. */
  tiles: i32;
  /** [36][tiles][k] */
  v: usize;
  /** Packed: [36][n/8][tiles][8]. */
  z: usize;
}

/** The transforms for the gradient by the filter; chunk: a block of tiles. */
export function winogradGradTransformJob(args: WinogradGradTransformArguments, chunk: i32): void {
  const height = args.height;
  const width = args.width;
  const k = args.k;
  const pad = args.pad;
  const n = args.n;
  const outHeight = args.outHeight;
  const outWidth = args.outWidth;
  const total = args.tiles;
  const tileRows = (outHeight + 3) >> 2;
  const tileColumns = (outWidth + 3) >> 2;
  const from = chunk * args.tileBlock;
  const to = min(total, from + args.tileBlock);
  const vStride = matrixStride(<usize>total * k);
  const zStride = matrixStride(<usize>total * n);
  const panelStride = (<usize>total) << 5;
  const imageBytes = (<usize>height * width * k) << 2;
  const pixelStride = (<usize>n) << 2;
  const half = temporary(); // [6][4]
  const zero = f32x4.splat(0);
  for (let t = from; t < to; t++) {
    const tile = args.firstTile + t;
    const x = (tile % tileColumns) * 4;
    const rest = tile / tileColumns;
    const y = (rest % tileRows) * 4;
    const image = args.x + (rest / tileRows) * imageBytes;
    const v = args.v + ((<usize>t * k) << 2);
    transformInput(image, height, width, k, y - pad, x - pad, args.zeros, v, vStride);
    const dy = args.dy + (((<usize>((rest / tileRows) * outHeight + y) * outWidth + x) * n) << 2);
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
      const z = args.z + (<usize>(c >> 3)) * panelStride + ((<usize>t) << 5) + ((c & 4) << 2);
      for (let i = 0; i < 6; i++) {
        const h = half + (i << 6);
        outputGradMap(v128.load(h), v128.load(h, 16), v128.load(h, 32), v128.load(h, 48), z + i * 6 * zStride, zStride);
      }
    }
  }
}

@unmanaged
class WinogradGradProductArguments {
  k: i32;
  n: i32;
  tiles: i32;
  v: usize;
  z: usize;
  /** [36][k][n] */
  du: usize;
  /** Rows of a chunk. */
  rowBlock: i32;
  start: Start;
}

/** dU[xi] = V[xi]ᵀ·Z[xi]; chunk (xi, block of rows). */
export function winogradGradProductJob(args: WinogradGradProductArguments, chunk: i32): void {
  const k = args.k;
  const n = args.n;
  const tiles = args.tiles;
  const rowBlock = args.rowBlock;
  const blocks = (k + rowBlock - 1) / rowBlock;
  const i = (chunk % blocks) * rowBlock;
  const xi = <usize>(chunk / blocks);
  gemm(
    min(rowBlock, k - i),
    n,
    tiles,
    args.v + xi * matrixStride(<usize>tiles * k) + (i << 2),
    4,
    (<usize>k) << 2,
    args.z + xi * matrixStride(<usize>tiles * n),
    (<usize>tiles) << 5,
    args.du + xi * matrixStride(<usize>k * n) + ((<usize>i * n) << 2),
    (<usize>n) << 2,
    args.start,
    0,
  );
}

@unmanaged
class WinogradGradFilterArguments {
  /** [36][k][n] */
  du: usize;
  k: i32;
  n: i32;
  /** [3][3][k][n] */
  to: usize;
}

/** dW = Gᵀ dU G; chunk: an input channel. */
export function winogradGradFilterJob(args: WinogradGradFilterArguments, chunk: i32): void {
  const k = <usize>args.k;
  const n = <usize>args.n;
  const tapStride = (k * n) << 2;
  const stride = matrixStride(k * n);
  const half = temporary(); // [3][6]
  const tile = half + 288;
  for (let c: usize = 0; c < n; c += 4) {
    const from = args.du + ((<usize>chunk * n + c) << 2);
    const to = args.to + ((<usize>chunk * n + c) << 2);
    for (let x = 0; x < 6; x++) filterGradMap(from + x * stride, 6 * stride, half + (x << 4), 96);
    for (let y = 0; y < 3; y++) {
      filterGradMap(half + y * 96, 16, tile, 16);
      for (let x = 0; x < 3; x++) v128.store(to + (y * 3 + x) * tapStride, v128.load(tile + (x << 4)));
    }
  }
}
