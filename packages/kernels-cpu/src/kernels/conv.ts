import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { CpuEngineBackend } from '../backend';
import type { Engine } from '../machine/engine';
import { FilterForm, jobs, Start } from '../machine/generated/jobs';
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

/** Tells whether a convolution with a filter that is used once had better transform it itself. */
const isWithin = (s: ConvShape, { winogradTiles, winogradWithin = 0 }: Engine): boolean =>
  isWinograd(s, winogradTiles) && tilesOf(s) <= winogradWithin;

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
  if (isWithin(s, engine) && backend.isFirstAsked(filter, 'winograd')) {
    winograd(engine, s, x, from, FilterForm.plain, y, bias);
    return;
  }
  if (isWinograd(s, engine.winogradTiles)) {
    const bytes = matricesBytes(s.k * up(s.n, engine.columns));
    const u = backend.derive(filter, 'winograd', bytes, SCRATCH.packedB, (to) =>
      engine.run(jobs.winogradFilter, ceil(s.n, engine.columns), { filter: from, k: s.k, n: s.n, to }),
    );
    winograd(engine, s, x, u, FilterForm.transformed, y, bias);
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
  if (s.stride === 1 && isWithin(back, engine)) {
    winograd(engine, back, dy, from, FilterForm.turned, dx);
    return;
  }
  const taps = s.filterHeight * s.filterWidth;
  const turned = engine.scratch(SCRATCH.turnedFilter, taps * s.k * s.n * 4);
  engine.run(jobs.turnFilter, taps, { from, taps, k: s.k, n: s.n, to: turned });
  // Here the filter is transformed every time.
  if (s.stride === 1 && isWinograd(back, 2 * engine.winogradTiles - 1)) {
    const u = engine.scratch(SCRATCH.packedB, matricesBytes(back.k * up(back.n, engine.columns)));
    engine.run(jobs.winogradFilter, ceil(back.n, engine.columns), { filter: turned, k: back.k, n: back.n, to: u });
    winograd(engine, back, dy, u, FilterForm.transformed, dx);
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
  return engine.scratch(SCRATCH.zeros, floats * 4, (address) => engine.float32(address, floats).fill(0));
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

/**
 * Cuts a Winograd convolution that transforms its filter itself, by a rough count of cycles: for some input channels at a time, so that all
 * stays in the second-level cache.
 */
function planWithin(tiles: number, k: number, n: number, { rows, columns, lanes, threads }: Engine) {
  let best = { tileBlock: 0, columnBlock: 0, depthBlock: 0, chunks: 0, cycles: Number.POSITIVE_INFINITY };
  for (const tileBlock of new Set([1, 2, 4].map((parts) => ceil(tiles, parts)))) {
    for (const columnBlock of new Set([32, 64, 128].map((most) => up(Math.min(most, n), columns)))) {
      const left = SECOND_LEVEL_CACHE / 4 / 36 - tileBlock * columnBlock;
      const depthBlock = Math.min(
        k,
        Math.max(columns, Math.floor(left / (tileBlock + columnBlock) / columns) * columns),
      );
      const chunks = ceil(tiles, tileBlock) * ceil(n, columnBlock);
      const ofATile = (rows * k) / lanes + ceil(k, depthBlock) * 8; // a vector of columns; sums are loaded and stored
      const product = 36 * ceil(tileBlock, rows) * (columnBlock / 2) * ofATile;
      const transforms = 28 * k * columnBlock + (tileBlock * (34 * k + 15 * columnBlock) * 4) / lanes;
      const cycles = ceil(chunks, threads) * (product + transforms);
      if (cycles < best.cycles) best = { tileBlock, columnBlock, depthBlock, chunks, cycles };
    }
  }
  return best;
}

/** What a thread may well fill of it. */
const SECOND_LEVEL_CACHE = 2 ** 20;

function winograd(
  engine: Engine,
  s: ConvShape,
  x: number,
  filter: number,
  form: FilterForm,
  y: number,
  bias?: number,
): void {
  const tiles = tilesOf(s);
  const isTransformed = form === FilterForm.transformed;
  const plan = isTransformed
    ? { ...planTiles(tiles, s.k, s.n, engine), depthBlock: s.k }
    : planWithin(tiles, s.k, s.n, engine);
  const { tileBlock, columnBlock, depthBlock, chunks } = plan;
  const columns = up(columnBlock, engine.columns);
  const ofFilter = isTransformed ? 0 : (36 * (columns * depthBlock + 16) + 9 * engine.columns * depthBlock) * 4;
  const bytes = 36 * (tileBlock * (depthBlock + columnBlock) + 32) * 4 + ofFilter;
  engine.run(jobs.winograd, chunks, {
    x,
    height: s.height,
    width: s.width,
    k: s.k,
    pad: s.padTop,
    n: s.n,
    outHeight: s.outHeight,
    outWidth: s.outWidth,
    filter,
    form,
    to: y,
    bias: bias ?? 0,
    tiles,
    tileBlock,
    columnBlock,
    depthBlock,
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
