import { exp, gaussian, gelu, geluSlope, loadPart, normalDistribution, sigmoid, silu, siluSlope, storePart } from './math';
import { fma } from './simd';

/** Maps over elements. */

/** x → y */
export const enum Unary {
  exp,
  gelu,
  silu,
  sigmoid,
  neg,
  abs,
  square,
  sqrt,
  rsqrt,
  reciprocal,
  relu,
  clip,
  erf,
  log,
  step,
}

/** x, y → z */
export const enum Binary {
  add,
  sub,
  mul,
  div,
  max,
  min,
  squaredDifference,
  geluGrad,
  siluGrad,
}

export const enum Cast {
  intToFloat,
  boolToFloat,
  floatToInt,
  boolToInt,
}

/** Lane by lane: networks take logarithms of few numbers. */
function logarithms(x: v128): v128 {
  let y = f32x4.splat(NativeMathf.log(f32x4.extract_lane(x, 0)));
  y = f32x4.replace_lane(y, 1, NativeMathf.log(f32x4.extract_lane(x, 1)));
  y = f32x4.replace_lane(y, 2, NativeMathf.log(f32x4.extract_lane(x, 2)));
  return f32x4.replace_lane(y, 3, NativeMathf.log(f32x4.extract_lane(x, 3)));
}

@inline
function unary(op: Unary, x: v128, a: f32, b: f32): v128 {
  if (op == Unary.exp) return exp(x);
  if (op == Unary.gelu) return gelu(x);
  if (op == Unary.silu) return silu(x);
  if (op == Unary.sigmoid) return sigmoid(x);
  if (op == Unary.neg) return f32x4.neg(x);
  if (op == Unary.abs) return f32x4.abs(x);
  if (op == Unary.square) return f32x4.mul(x, x);
  if (op == Unary.sqrt) return f32x4.sqrt(x);
  if (op == Unary.rsqrt) return f32x4.div(f32x4.splat(1), f32x4.sqrt(x));
  if (op == Unary.reciprocal) return f32x4.div(f32x4.splat(1), x);
  if (op == Unary.relu) return f32x4.max(x, f32x4.splat(0));
  if (op == Unary.clip) return f32x4.min(f32x4.max(x, f32x4.splat(a)), f32x4.splat(b));
  if (op == Unary.erf) {
    const z = f32x4.mul(x, f32x4.splat(1.4142135623730951));
    return fma(f32x4.splat(2), normalDistribution(z, gaussian(z)), f32x4.splat(-1));
  }
  if (op == Unary.log) return logarithms(x);
  if (op == Unary.step) {
    const step = v128.bitselect(f32x4.splat(1), f32x4.splat(a), f32x4.gt(x, f32x4.splat(0)));
    return v128.bitselect(step, x, f32x4.eq(x, x)); // what is not a number stays so
  }
  return x;
}

@inline
function binary(op: Binary, x: v128, y: v128): v128 {
  if (op == Binary.add) return f32x4.add(x, y);
  if (op == Binary.sub) return f32x4.sub(x, y);
  if (op == Binary.mul) return f32x4.mul(x, y);
  if (op == Binary.div) return f32x4.div(x, y);
  if (op == Binary.max) return f32x4.max(x, y);
  if (op == Binary.min) return f32x4.min(x, y);
  if (op == Binary.squaredDifference) {
    const d = f32x4.sub(x, y);
    return f32x4.mul(d, d);
  }
  if (op == Binary.geluGrad) return f32x4.mul(x, geluSlope(y));
  if (op == Binary.siluGrad) return f32x4.mul(x, siluSlope(y));
  return x;
}

@inline
function mapUnary(args: UnaryArguments, op: Unary, from: usize, to: usize, count: i32): void {
  const a = args.low;
  const b = args.high;
  let i = count;
  for (; i >= 4; i -= 4) {
    v128.store(to, unary(op, v128.load(from), a, b));
    from += 16;
    to += 16;
  }
  if (i > 0) storePart(to, unary(op, loadPart(from, i), a, b), i);
}

@unmanaged
class UnaryArguments {
  op: Unary;
  from: usize;
  to: usize;
  size: i32;
  /** Elements of a chunk. */
  block: i32;
  /** Bounds of `clip`; the value of `step` up to 0. */
  low: f32;
  high: f32;
}

/** A map; chunk: a block of elements. */
export function unaryJob(args: UnaryArguments, chunk: i32): void {
  const block = args.block;
  const start = chunk * block;
  const count = min(block, args.size - start);
  const from = args.from + ((<usize>start) << 2);
  const to = args.to + ((<usize>start) << 2);
  // One loop each, so that the operation is known inside.
  switch (args.op) {
    case Unary.exp: { mapUnary(args, Unary.exp, from, to, count); break; }
    case Unary.gelu: { mapUnary(args, Unary.gelu, from, to, count); break; }
    case Unary.silu: { mapUnary(args, Unary.silu, from, to, count); break; }
    case Unary.sigmoid: { mapUnary(args, Unary.sigmoid, from, to, count); break; }
    case Unary.neg: { mapUnary(args, Unary.neg, from, to, count); break; }
    case Unary.abs: { mapUnary(args, Unary.abs, from, to, count); break; }
    case Unary.square: { mapUnary(args, Unary.square, from, to, count); break; }
    case Unary.sqrt: { mapUnary(args, Unary.sqrt, from, to, count); break; }
    case Unary.rsqrt: { mapUnary(args, Unary.rsqrt, from, to, count); break; }
    case Unary.reciprocal: { mapUnary(args, Unary.reciprocal, from, to, count); break; }
    case Unary.relu: { mapUnary(args, Unary.relu, from, to, count); break; }
    case Unary.clip: { mapUnary(args, Unary.clip, from, to, count); break; }
    case Unary.erf: { mapUnary(args, Unary.erf, from, to, count); break; }
    case Unary.log: { mapUnary(args, Unary.log, from, to, count); break; }
    case Unary.step: { mapUnary(args, Unary.step, from, to, count); break; }
  }
}

@inline
function mapBinary(op: Binary, x: usize, xStep: usize, y: usize, yStep: usize, to: usize, count: i32): void {
  let i = count;
  if (xStep == 4 && yStep == 4) {
    for (; i >= 4; i -= 4) {
      v128.store(to, binary(op, v128.load(x), v128.load(y)));
      x += 16;
      y += 16;
      to += 16;
    }
    if (i > 0) storePart(to, binary(op, loadPart(x, i), loadPart(y, i)), i);
  } else if (xStep == 4) {
    const constant = v128.load32_splat(y);
    for (; i >= 4; i -= 4) {
      v128.store(to, binary(op, v128.load(x), constant));
      x += 16;
      to += 16;
    }
    if (i > 0) storePart(to, binary(op, loadPart(x, i), constant), i);
  } else {
    const constant = v128.load32_splat(x);
    for (; i >= 4; i -= 4) {
      v128.store(to, binary(op, constant, yStep ? v128.load(y) : v128.load32_splat(y)));
      y += yStep * 4;
      to += 16;
    }
    if (i > 0) storePart(to, binary(op, constant, yStep ? loadPart(y, i) : v128.load32_splat(y)), i);
  }
}

function rowBinary(op: Binary, x: usize, xStep: usize, y: usize, yStep: usize, to: usize, count: i32): void {
  switch (op) {
    case Binary.add: { mapBinary(Binary.add, x, xStep, y, yStep, to, count); break; }
    case Binary.sub: { mapBinary(Binary.sub, x, xStep, y, yStep, to, count); break; }
    case Binary.mul: { mapBinary(Binary.mul, x, xStep, y, yStep, to, count); break; }
    case Binary.div: { mapBinary(Binary.div, x, xStep, y, yStep, to, count); break; }
    case Binary.max: { mapBinary(Binary.max, x, xStep, y, yStep, to, count); break; }
    case Binary.min: { mapBinary(Binary.min, x, xStep, y, yStep, to, count); break; }
    case Binary.squaredDifference: { mapBinary(Binary.squaredDifference, x, xStep, y, yStep, to, count); break; }
    case Binary.geluGrad: { mapBinary(Binary.geluGrad, x, xStep, y, yStep, to, count); break; }
    case Binary.siluGrad: { mapBinary(Binary.siluGrad, x, xStep, y, yStep, to, count); break; }
  }
}

/** Rows of an output, walked by up to five axes, and its columns. */
@unmanaged
class Walk {
  rows: i32;
  columns: i32;
  /** Rows of a chunk. */
  rowBlock: i32;
  /** Columns of a chunk. */
  columnBlock: i32;
  /** How many axes the rows have. */
  axes: i32;
  /** Their sizes. */
  sizes0: i32; sizes1: i32; sizes2: i32; sizes3: i32; sizes4: i32;
}

/** Byte offset of row `row` of a tensor whose byte strides along the axes lie at `strides`. */
@inline
function offsetOf(row: i32, walk: Walk, strides: usize): usize {
  let offset: usize = 0;
  for (let axis = walk.axes - 1; axis >= 0; axis--) {
    const size = load<i32>(changetype<usize>(walk) + (axis << 2), offsetof<Walk>('sizes0'));
    offset += <usize>(row % size) * load<usize>(strides + (axis << 2));
    row /= size;
  }
  return offset;
}

@unmanaged
class BinaryArguments extends Walk {
  op: Binary;
  x: usize;
  y: usize;
  to: usize;
  /** Bytes from column to column: 4, or 0. */
  xStep: usize;
  yStep: usize;
  /** Bytes along each axis. */
  xStrides0: usize; xStrides1: usize; xStrides2: usize; xStrides3: usize; xStrides4: usize;
  yStrides0: usize; yStrides1: usize; yStrides2: usize; yStrides3: usize; yStrides4: usize;
}

/** x op y, either one repeated along any axes; chunk (block of rows, block of columns). */
export function binaryJob(args: BinaryArguments, chunk: i32): void {
  const columns = args.columns;
  const columnBlock = args.columnBlock;
  const columnBlocks = (columns + columnBlock - 1) / columnBlock;
  const column = (chunk % columnBlocks) * columnBlock;
  const rowBlock = args.rowBlock;
  const start = (chunk / columnBlocks) * rowBlock;
  const end = min(start + rowBlock, args.rows);
  const count = min(columnBlock, columns - column);
  const xStep = args.xStep;
  const yStep = args.yStep;
  const xStrides = changetype<usize>(args) + offsetof<BinaryArguments>('xStrides0');
  const yStrides = changetype<usize>(args) + offsetof<BinaryArguments>('yStrides0');
  for (let row = start; row < end; row++) {
    const x = args.x + offsetOf(row, args, xStrides) + column * xStep;
    const y = args.y + offsetOf(row, args, yStrides) + column * yStep;
    const to = args.to + ((<usize>row * columns + column) << 2);
    rowBinary(args.op, x, xStep, y, yStep, to, count);
  }
}

@unmanaged
class CopyArguments extends Walk {
  from: usize;
  to: usize;
  /** Bytes from column to column. */
  fromStep: usize;
  toStep: usize;
  /** Bytes along each axis. */
  fromStrides0: usize; fromStrides1: usize; fromStrides2: usize; fromStrides3: usize; fromStrides4: usize;
  toStrides0: usize; toStrides1: usize; toStrides2: usize; toStrides3: usize; toStrides4: usize;
}

/** A copy of 4-byte values between two layouts; chunk (block of rows, block of columns). */
export function copyJob(args: CopyArguments, chunk: i32): void {
  const columns = args.columns;
  const columnBlock = args.columnBlock;
  const columnBlocks = (columns + columnBlock - 1) / columnBlock;
  const column = (chunk % columnBlocks) * columnBlock;
  const rowBlock = args.rowBlock;
  const start = (chunk / columnBlocks) * rowBlock;
  const end = min(start + rowBlock, args.rows);
  const count = min(columnBlock, columns - column);
  const fromStep = args.fromStep;
  const toStep = args.toStep;
  const fromStrides = changetype<usize>(args) + offsetof<CopyArguments>('fromStrides0');
  const toStrides = changetype<usize>(args) + offsetof<CopyArguments>('toStrides0');
  for (let row = start; row < end; row++) {
    let from = args.from + offsetOf(row, args, fromStrides) + column * fromStep;
    let to = args.to + offsetOf(row, args, toStrides) + column * toStep;
    let i = count;
    if (fromStep == 4 && toStep == 4) {
      for (; i >= 4; i -= 4) {
        v128.store(to, v128.load(from));
        from += 16;
        to += 16;
      }
    }
    for (; i > 0; i--) {
      store<u32>(to, load<u32>(from));
      from += fromStep;
      to += toStep;
    }
  }
}

@unmanaged
class FillArguments {
  to: usize;
  size: i32;
  /** Elements of a chunk. */
  block: i32;
  /** The 32 bits of the value. */
  word: i32;
}

/** Elements set to one word; chunk: a block of elements. */
export function fillJob(args: FillArguments, chunk: i32): void {
  const block = args.block;
  const start = chunk * block;
  let i = min(block, args.size - start);
  let to = args.to + ((<usize>start) << 2);
  const word = args.word;
  const v = i32x4.splat(word);
  for (; i >= 4; i -= 4) {
    v128.store(to, v);
    to += 16;
  }
  for (; i > 0; i--) {
    store<i32>(to, word);
    to += 4;
  }
}

@unmanaged
class CastArguments {
  kind: Cast;
  from: usize;
  to: usize;
  size: i32;
}

/** Values of one type as another; one chunk. */
export function castJob(args: CastArguments, _chunk: i32): void {
  const kind = args.kind;
  const from = args.from;
  const to = args.to;
  const count = args.size;
  for (let i = 0; i < count; i++) {
    const at = <usize>i << 2;
    if (kind == Cast.intToFloat) store<f32>(to + at, <f32>load<i32>(from + at));
    else if (kind == Cast.boolToFloat) store<f32>(to + at, <f32>load<u8>(from + i));
    else if (kind == Cast.floatToInt) store<i32>(to + at, <i32>load<f32>(from + at));
    else store<i32>(to + at, <i32>load<u8>(from + i));
  }
}

@unmanaged
class SineArguments {
  cosine: bool;
  from: usize;
  to: usize;
  size: i32;
}

/** Sine or cosine by float64; one chunk. */
export function sineJob(args: SineArguments, _chunk: i32): void {
  const from = args.from;
  const to = args.to;
  const count = args.size;
  for (let i = 0; i < count; i++) {
    const x = <f64>load<f32>(from + ((<usize>i) << 2));
    store<f32>(to + ((<usize>i) << 2), <f32>(args.cosine ? Math.cos(x) : Math.sin(x)));
  }
}

@unmanaged
class LinearCombinationArguments {
  to: usize;
  size: i32;
  /** Elements of a chunk. */
  block: i32;
  inputs: i32;
  /** (address, float32 coefficient) of each input. */
  table: usize;
  clip: bool;
  low: f32;
  high: f32;
}

/** Σ coefficient·input, clipped if asked; chunk: a block of elements. */
export function linearCombinationJob(args: LinearCombinationArguments, chunk: i32): void {
  const block = args.block;
  const start = chunk * block;
  const count = min(block, args.size - start);
  const inputs = <usize>args.inputs;
  const table = args.table;
  const low = f32x4.splat(args.low);
  const high = f32x4.splat(args.high);
  for (let i = 0; i < count; i += 4) {
    const left = count - i;
    const at = (<usize>(start + i)) << 2;
    let sum = f32x4.splat(0);
    for (let j: usize = 0; j < inputs; j++) {
      const entry = table + (j << 3);
      // Not fused: coefficient and product are rounded as the sum of products of core ops is.
      sum = f32x4.add(sum, f32x4.mul(v128.load32_splat(entry, 4), loadPart(load<usize>(entry) + at, left)));
    }
    if (args.clip) sum = f32x4.min(f32x4.max(sum, low), high);
    storePart(args.to + at, sum, left);
  }
}
