import { exp, gaussian, gelu, geluSlope, loadPart, normalDistribution, sigmoid, silu, siluSlope, storePart } from './math';
import { argument, argumentF32 } from './pool';
import { fma } from './simd';

/** Maps over elements. What an operation is called by number stands in src/kernels/elementwise.ts too. */

@inline
function unary(op: i32, x: v128, a: f32, b: f32): v128 {
  if (op == 0) return exp(x);
  if (op == 1) return gelu(x);
  if (op == 2) return silu(x);
  if (op == 3) return sigmoid(x);
  if (op == 4) return f32x4.neg(x);
  if (op == 5) return f32x4.abs(x);
  if (op == 6) return f32x4.mul(x, x);
  if (op == 7) return f32x4.sqrt(x);
  if (op == 8) return f32x4.div(f32x4.splat(1), f32x4.sqrt(x));
  if (op == 9) return f32x4.div(f32x4.splat(1), x);
  if (op == 10) return f32x4.max(x, f32x4.splat(0));
  if (op == 11) return f32x4.min(f32x4.max(x, f32x4.splat(a)), f32x4.splat(b));
  if (op == 12) {
    const z = f32x4.mul(x, f32x4.splat(1.4142135623730951));
    return fma(f32x4.splat(2), normalDistribution(z, gaussian(z)), f32x4.splat(-1));
  }
  return x;
}

@inline
function binary(op: i32, x: v128, y: v128): v128 {
  if (op == 0) return f32x4.add(x, y);
  if (op == 1) return f32x4.sub(x, y);
  if (op == 2) return f32x4.mul(x, y);
  if (op == 3) return f32x4.div(x, y);
  if (op == 4) return f32x4.max(x, y);
  if (op == 5) return f32x4.min(x, y);
  if (op == 6) {
    const d = f32x4.sub(x, y);
    return f32x4.mul(d, d);
  }
  if (op == 7) return f32x4.mul(x, geluSlope(y));
  if (op == 8) return f32x4.mul(x, siluSlope(y));
  return x;
}

@inline
function mapUnary(op: i32, from: usize, to: usize, count: i32): void {
  const a = argumentF32(5);
  const b = argumentF32(6);
  let i = count;
  for (; i >= 4; i -= 4) {
    v128.store(to, unary(op, v128.load(from), a, b));
    from += 16;
    to += 16;
  }
  if (i > 0) storePart(to, unary(op, loadPart(from, i), a, b), i);
}

/** Job: chunk of elements. 0 op, 1 from, 2 to, 3 elements, 4 elements a chunk, 5 and 6 floats: bounds of clip. */
export function unaryJob(chunk: i32): void {
  const block = <i32>argument(4);
  const start = chunk * block;
  const count = min(block, <i32>argument(3) - start);
  const from = argument(1) + ((<usize>start) << 2);
  const to = argument(2) + ((<usize>start) << 2);
  // One loop each, so that the operation is known inside.
  switch (<i32>argument(0)) {
    case 0: { mapUnary(0, from, to, count); break; }
    case 1: { mapUnary(1, from, to, count); break; }
    case 2: { mapUnary(2, from, to, count); break; }
    case 3: { mapUnary(3, from, to, count); break; }
    case 4: { mapUnary(4, from, to, count); break; }
    case 5: { mapUnary(5, from, to, count); break; }
    case 6: { mapUnary(6, from, to, count); break; }
    case 7: { mapUnary(7, from, to, count); break; }
    case 8: { mapUnary(8, from, to, count); break; }
    case 9: { mapUnary(9, from, to, count); break; }
    case 10: { mapUnary(10, from, to, count); break; }
    case 11: { mapUnary(11, from, to, count); break; }
    case 12: { mapUnary(12, from, to, count); break; }
  }
}

@inline
function mapBinary(op: i32, x: usize, xStep: usize, y: usize, yStep: usize, to: usize, count: i32): void {
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

function rowBinary(op: i32, x: usize, xStep: usize, y: usize, yStep: usize, to: usize, count: i32): void {
  switch (op) {
    case 0: { mapBinary(0, x, xStep, y, yStep, to, count); break; }
    case 1: { mapBinary(1, x, xStep, y, yStep, to, count); break; }
    case 2: { mapBinary(2, x, xStep, y, yStep, to, count); break; }
    case 3: { mapBinary(3, x, xStep, y, yStep, to, count); break; }
    case 4: { mapBinary(4, x, xStep, y, yStep, to, count); break; }
    case 5: { mapBinary(5, x, xStep, y, yStep, to, count); break; }
    case 6: { mapBinary(6, x, xStep, y, yStep, to, count); break; }
    case 7: { mapBinary(7, x, xStep, y, yStep, to, count); break; }
    case 8: { mapBinary(8, x, xStep, y, yStep, to, count); break; }
  }
}

/** Byte offset of row `row` of a tensor whose outer axes have the sizes at argument `sizes` and the byte strides at `strides`. */
@inline
function offsetOf(row: i32, axes: i32, sizes: usize, strides: usize): usize {
  let offset: usize = 0;
  for (let axis = axes - 1; axis >= 0; axis--) {
    const size = <i32>argument(sizes + axis);
    offset += <usize>(row % size) * argument(strides + axis);
    row /= size;
  }
  return offset;
}

/**
 * Job: chunk (row block, column block) of a broadcast operation. 0 op, 1 x, 2 y, 3 to, 4 rows, 5 columns, 6 rows a chunk, 7 columns a
 * chunk, 8 and 9 steps of x and y along a row (4 or 0), 10 outer axes, 11… sizes of them (5), 16… strides of x (5), 21… of y (5).
 */
export function binaryJob(chunk: i32): void {
  const columns = <i32>argument(5);
  const columnBlock = <i32>argument(7);
  const columnBlocks = (columns + columnBlock - 1) / columnBlock;
  const column = (chunk % columnBlocks) * columnBlock;
  const rowBlock = <i32>argument(6);
  const start = (chunk / columnBlocks) * rowBlock;
  const end = min(start + rowBlock, <i32>argument(4));
  const count = min(columnBlock, columns - column);
  const xStep = argument(8);
  const yStep = argument(9);
  const axes = <i32>argument(10);
  for (let row = start; row < end; row++) {
    const x = argument(1) + offsetOf(row, axes, 11, 16) + column * xStep;
    const y = argument(2) + offsetOf(row, axes, 11, 21) + column * yStep;
    const to = argument(3) + ((<usize>row * columns + column) << 2);
    rowBinary(<i32>argument(0), x, xStep, y, yStep, to, count);
  }
}

/**
 * Job: chunk (row block, column block) of a copy between two layouts of 4-byte values. 1 from, 3 to, 4–7 as above, 8 and 9 steps of from and
 * to along a row, 10 outer axes, 11… sizes, 16… strides of from, 21… of to.
 */
export function copyJob(chunk: i32): void {
  const columns = <i32>argument(5);
  const columnBlock = <i32>argument(7);
  const columnBlocks = (columns + columnBlock - 1) / columnBlock;
  const column = (chunk % columnBlocks) * columnBlock;
  const rowBlock = <i32>argument(6);
  const start = (chunk / columnBlocks) * rowBlock;
  const end = min(start + rowBlock, <i32>argument(4));
  const count = min(columnBlock, columns - column);
  const fromStep = argument(8);
  const toStep = argument(9);
  const axes = <i32>argument(10);
  for (let row = start; row < end; row++) {
    let from = argument(1) + offsetOf(row, axes, 11, 16) + column * fromStep;
    let to = argument(3) + offsetOf(row, axes, 11, 21) + column * toStep;
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

/** Job: chunk of elements set to one word. 0 to, 1 elements, 2 elements a chunk, 3 the word. */
export function fillJob(chunk: i32): void {
  const block = <i32>argument(2);
  const start = chunk * block;
  let i = min(block, <i32>argument(1) - start);
  let to = argument(0) + ((<usize>start) << 2);
  const word = <i32>argument(3);
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

/** Job: float32 from int32 or bool bytes, and back. 0 kind (0: int32 → float, 1: bool → float, 2: float → int32, 3: bool → int32), 1 from, 2 to, 3 elements. */
export function castJob(_chunk: i32): void {
  const kind = <i32>argument(0);
  const from = argument(1);
  const to = argument(2);
  const count = <i32>argument(3);
  for (let i = 0; i < count; i++) {
    const at = <usize>i << 2;
    if (kind == 0) store<f32>(to + at, <f32>load<i32>(from + at));
    else if (kind == 1) store<f32>(to + at, <f32>load<u8>(from + i));
    else if (kind == 2) store<i32>(to + at, <i32>load<f32>(from + at));
    else store<i32>(to + at, <i32>load<u8>(from + i));
  }
}

/** Job: sine or cosine by float64. 0 whether cosine, 1 from, 2 to, 3 elements. */
export function sineJob(_chunk: i32): void {
  const from = argument(1);
  const to = argument(2);
  const count = <i32>argument(3);
  for (let i = 0; i < count; i++) {
    const x = <f64>load<f32>(from + ((<usize>i) << 2));
    store<f32>(to + ((<usize>i) << 2), <f32>(argument(0) ? Math.cos(x) : Math.sin(x)));
  }
}

/**
 * Job: chunk of elements of Σ coefficient·input, clipped. 0 to, 1 elements, 2 elements a chunk, 3 inputs, 4 whether to clip, 5 and 6 floats:
 * bounds, 7 table of (address, float coefficient).
 */
export function linearCombinationJob(chunk: i32): void {
  const block = <i32>argument(2);
  const start = chunk * block;
  const count = min(block, <i32>argument(1) - start);
  const inputs = argument(3);
  const table = argument(7);
  const low = f32x4.splat(argumentF32(5));
  const high = f32x4.splat(argumentF32(6));
  for (let i = 0; i < count; i += 4) {
    const left = count - i;
    const at = (<usize>(start + i)) << 2;
    let sum = f32x4.splat(0);
    for (let j: usize = 0; j < inputs; j++) {
      const entry = table + (j << 3);
      // Not fused: coefficient and product are rounded as the sum of products of core ops is.
      sum = f32x4.add(sum, f32x4.mul(v128.load32_splat(entry, 4), loadPart(load<usize>(entry) + at, left)));
    }
    if (argument(4)) sum = f32x4.min(f32x4.max(sum, low), high);
    storePart(argument(0) + at, sum, left);
  }
}
