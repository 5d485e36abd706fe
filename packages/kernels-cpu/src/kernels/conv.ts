import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { CpuEngineBackend } from '../backend';
import type { Engine } from '../machine/engine';
import { jobs, Start } from '../machine/generated/jobs';
import { ceil, up } from './blocks';
import { multiply, pack, packedBytes, rowMajor, transposed } from './gemm';
import { SCRATCH } from './scratch';

/** A convolution as seen from its forward direction: x [batch, height, width, k] → y [batch, outHeight, outWidth, n]. */
export type ConvShape = {
  batch: number;
  height: number;
  width: number;
  k: number;
  outHeight: number;
  outWidth: number;
  n: number;
  filterHeight: number;
  filterWidth: number;
  stride: number;
  dilation: number;
  padTop: number;
  padLeft: number;
};

const isPointwise = (s: ConvShape): boolean =>
  s.filterHeight === 1 && s.filterWidth === 1 && s.stride === 1 && s.padTop === 0 && s.padLeft === 0;

const tilesOf = (s: ConvShape): number => s.batch * ceil(s.outHeight, 4) * ceil(s.outWidth, 4);

const isWinograd = (s: ConvShape, fewestTiles: number): boolean =>
  s.filterHeight === 3 &&
  s.filterWidth === 3 &&
  s.stride === 1 &&
  s.dilation === 1 &&
  s.padTop === s.padLeft &&
  s.padTop <= 2 &&
  s.k % 4 === 0 &&
  s.n % 8 === 0 &&
  s.outHeight > 2 &&
  s.outWidth > 2 &&
  tilesOf(s) >= fewestTiles;

/** Returns the bytes of the 36 matrices of a Winograd transform, as assembly/winograd.ts lays them. */
const matricesBytes = (floats: number): number => 36 * (floats + 16) * 4;

/** Computes y = x ∗ filter (+ bias). */
export function convForward(
  backend: CpuEngineBackend,
  s: ConvShape,
  x: number,
  filter: TensorInfo,
  y: number,
  bias?: number,
): void {
  const { engine } = backend;
  const from = backend.address(filter);
  if (isWinograd(s, engine.winogradTiles)) {
    const bytes = matricesBytes(s.k * up(s.n, engine.columns));
    const u = backend.derive(filter, 'winograd', bytes, SCRATCH.packedB, (to) =>
      engine.run(jobs.winogradFilter, ceil(s.n, engine.columns), { filter: from, k: s.k, n: s.n, to }),
    );
    winograd(engine, s, x, u, y, bias);
    return;
  }
  const depth = s.filterHeight * s.filterWidth * s.k;
  const packed = backend.derive(filter, 'packed', packedBytes(engine, depth, s.n), SCRATCH.packedB, (to) =>
    pack(engine, rowMajor(from, s.n), depth, s.n, to),
  );
  if (isPointwise(s)) {
    const m = s.batch * s.height * s.width;
    multiply(engine, { m, n: s.n, k: s.k, a: rowMajor(x, s.k), b: { packed }, c: y, bias });
  } else {
    patches(engine, s, 1, x, packed, y, bias);
  }
}

/** Computes dx = dy ∗ turned filter. `s` is the shape of the forward direction. */
export function convInputGrad(
  backend: CpuEngineBackend,
  s: ConvShape,
  dy: number,
  filter: TensorInfo,
  dx: number,
): void {
  const { engine } = backend;
  const from = backend.address(filter);
  if (isPointwise(s)) {
    const m = s.batch * s.height * s.width;
    multiply(engine, { m, n: s.k, k: s.n, a: rowMajor(dy, s.n), b: transposed(from, s.n), c: dx });
    return;
  }
  const taps = s.filterHeight * s.filterWidth;
  const turned = engine.scratch(SCRATCH.turnedFilter, taps * s.k * s.n * 4);
  engine.run(jobs.turnFilter, taps, { from, taps, k: s.k, n: s.n, to: turned });
  const back: ConvShape = {
    ...s,
    height: s.outHeight,
    width: s.outWidth,
    k: s.n,
    outHeight: s.height,
    outWidth: s.width,
    n: s.k,
    stride: 1,
    padTop: (s.filterHeight - 1) * s.dilation - s.padTop,
    padLeft: (s.filterWidth - 1) * s.dilation - s.padLeft,
  };
  // Here the filter is transformed every time.
  if (s.stride === 1 && isWinograd(back, 2 * engine.winogradTiles - 1)) {
    const u = engine.scratch(SCRATCH.packedB, matricesBytes(back.k * up(back.n, engine.columns)));
    engine.run(jobs.winogradFilter, ceil(back.n, engine.columns), { filter: turned, k: back.k, n: back.n, to: u });
    winograd(engine, back, dy, u, dx);
    return;
  }
  const depth = taps * s.n;
  const packed = engine.scratch(SCRATCH.packedB, packedBytes(engine, depth, s.k));
  pack(engine, rowMajor(turned, s.k), depth, s.k, packed);
  patches(engine, back, s.stride, dy, packed, dx);
}

/** Computes the gradient by the filter, HWIO. */
export function convFilterGrad(engine: Engine, s: ConvShape, x: number, dy: number, dw: number): void {
  const pixels = s.batch * s.outHeight * s.outWidth;
  if (isPointwise(s)) {
    multiply(engine, { m: s.k, n: s.n, k: pixels, a: transposed(x, s.k), b: rowMajor(dy, s.n), c: dw });
    return;
  }
  if (isWinograd(s, engine.winogradTiles)) {
    winogradFilterGrad(engine, s, x, dy, dw);
    return;
  }
  const packed = engine.scratch(SCRATCH.packedB, packedBytes(engine, pixels, s.n));
  pack(engine, rowMajor(dy, s.n), pixels, s.n, packed);
  const channelBlock = Math.min(s.k, engine.rows * 8);
  const pixelBlock = 384;
  const bytes = channelBlock * pixelBlock * 4;
  const chunks = s.filterHeight * s.filterWidth * ceil(s.k, channelBlock);
  engine.run(jobs.convFilterGrad, chunks, {
    x,
    height: s.height,
    width: s.width,
    k: s.k,
    outHeight: s.outHeight,
    outWidth: s.outWidth,
    filterHeight: s.filterHeight,
    filterWidth: s.filterWidth,
    stride: s.stride,
    dilation: s.dilation,
    padTop: s.padTop,
    padLeft: s.padLeft,
    up: 1,
    pixels,
    dy: packed,
    n: s.n,
    to: dw,
    channelBlock,
    pixelBlock,
    memory: engine.scratch(SCRATCH.threads, bytes * engine.threads),
    bytesPerThread: bytes,
  });
}

function patches(
  engine: Engine,
  s: ConvShape,
  every: number,
  x: number,
  packed: number,
  y: number,
  bias?: number,
): void {
  const pixels = s.batch * s.outHeight * s.outWidth;
  const depth = s.filterHeight * s.filterWidth * s.k;
  let pixelBlock = engine.rows * 8;
  const { columns } = engine;
  let columnBlock = up(s.n, columns);
  const chunks = () => ceil(pixels, pixelBlock) * ceil(s.n, columnBlock);
  if (engine.threads > 1) {
    while (chunks() < engine.threads * 4 && columnBlock > 64) columnBlock = up(columnBlock / 2, columns);
    while (chunks() < engine.threads * 4 && pixelBlock > engine.rows)
      pixelBlock = engine.rows * ceil(pixelBlock / engine.rows, 2);
  }
  const bytes = pixelBlock * depth * 4;
  engine.run(jobs.conv, chunks(), {
    x,
    height: s.height,
    width: s.width,
    k: s.k,
    outHeight: s.outHeight,
    outWidth: s.outWidth,
    filterHeight: s.filterHeight,
    filterWidth: s.filterWidth,
    stride: s.stride,
    dilation: s.dilation,
    padTop: s.padTop,
    padLeft: s.padLeft,
    up: every,
    pixels,
    filter: packed,
    n: s.n,
    to: y,
    bias: bias ?? 0,
    pixelBlock,
    columnBlock,
    memory: engine.scratch(SCRATCH.threads, bytes * engine.threads),
    bytesPerThread: bytes,
  });
}

function zeros(engine: Engine, floats: number): number {
  const address = engine.scratch(SCRATCH.zeros, floats * 4);
  engine.float32(address, floats).fill(0);
  return address;
}

/**
 * Cuts a Winograd convolution into chunks of tiles × columns, so that it ends first by a rough count of cycles. With more tiles a chunk,
 * the transformed filter is read less often; with more columns, the input is transformed less often; more chunks end more evenly.
 */
function planTiles(tiles: number, k: number, n: number, { rows, columns, lanes, threads }: Engine) {
  const filterBytes = 144 * k * n;
  const bytesACycle = filterBytes < 2 ** 19 ? 32 : filterBytes < 2 ** 24 ? 10 : 4; // from the second-, third-level cache, memory
  let best = { tileBlock: 0, columnBlock: 0, chunks: 0, cycles: Number.POSITIVE_INFINITY };
  const most = up(n, columns);
  for (const columnBlock of new Set(
    [1, 2, 4, 8].map((parts) => Math.max(Math.min(most, 32), up(n / parts, columns))),
  )) {
    for (const factor of [8, 6, 5, 4, 3, 2, 1]) {
      const tileBlock = Math.min(tiles, rows * factor);
      const chunks = ceil(tiles, tileBlock) * ceil(n, columnBlock);
      const product = (36 * k * columnBlock * ceil(tileBlock, rows) * rows) / (2 * lanes);
      const filter = (144 * k * columnBlock) / bytesACycle;
      const cycles = ceil(chunks, threads) * (product + filter + (tileBlock * (17 * k + 15 * columnBlock) * 4) / lanes);
      if (cycles < best.cycles) best = { tileBlock, columnBlock, chunks, cycles };
    }
  }
  return best;
}

function winograd(engine: Engine, s: ConvShape, x: number, u: number, y: number, bias?: number): void {
  const tiles = tilesOf(s);
  const { tileBlock, columnBlock, chunks } = planTiles(tiles, s.k, s.n, engine);
  const bytes = 36 * (tileBlock * (s.k + columnBlock) + 32) * 4;
  engine.run(jobs.winograd, chunks, {
    x,
    height: s.height,
    width: s.width,
    k: s.k,
    pad: s.padTop,
    n: s.n,
    outHeight: s.outHeight,
    outWidth: s.outWidth,
    filter: u,
    to: y,
    bias: bias ?? 0,
    tiles,
    tileBlock,
    columnBlock,
    memory: engine.scratch(SCRATCH.threads, bytes * engine.threads),
    bytesPerThread: bytes,
    zeros: zeros(engine, s.k),
  });
}

/** Tiles transformed at a time: bounds the memory for V and Z whatever the batch. */
const GRAD_TILES = 2048;

function winogradFilterGrad(engine: Engine, s: ConvShape, x: number, dy: number, dw: number): void {
  const tiles = tilesOf(s);
  const at = Math.min(tiles, GRAD_TILES);
  const v = engine.scratch(SCRATCH.gradV, matricesBytes(at * s.k));
  const z = engine.scratch(SCRATCH.gradZ, matricesBytes(at * up(s.n, engine.columns)));
  const u = engine.scratch(SCRATCH.gradU, matricesBytes(s.k * s.n));
  const zero = zeros(engine, s.k);
  const tileBlock = 8;
  const rowBlock = engine.rows * 8;
  for (let first = 0; first < tiles; first += at) {
    const count = Math.min(at, tiles - first);
    engine.run(jobs.winogradGradTransform, ceil(count, tileBlock), {
      x,
      height: s.height,
      width: s.width,
      k: s.k,
      pad: s.padTop,
      n: s.n,
      outHeight: s.outHeight,
      outWidth: s.outWidth,
      zeros: zero,
      tileBlock,
      dy,
      firstTile: first,
      tiles: count,
      v,
      z,
    });
    const start = first > 0 ? Start.accumulate : Start.zero;
    const product = { k: s.k, n: s.n, tiles: count, v, z, du: u, rowBlock, start };
    engine.run(jobs.winogradGradProduct, 36 * ceil(s.k, rowBlock), product);
  }
  engine.run(jobs.winogradGradFilter, s.k, { du: u, k: s.k, n: s.n, to: dw });
}
