import type { LinearGradInputs } from '@denoiser/ops';
import type { BatchMatMulAttrs, TensorInfo } from '@tensorflow/tfjs-core';
import { broadcast_util, util } from '@tensorflow/tfjs-core';
import type { Block, Heap } from './heap';

/** Rows that are multiplied at a time where rows are summed over: their columns then fit in the first cache. */
const ROWS_AT_A_TIME = 1024;

/** tfjs's BatchMatMul, by the backend's one fast case: a single product with nothing transposed. */
export function batchMatMul(
  heap: Heap,
  { a, b }: { a: TensorInfo; b: TensorInfo },
  { transposeA, transposeB }: BatchMatMulAttrs,
): TensorInfo {
  const [rowsA, columnsA] = a.shape.slice(-2);
  const [rowsB, columnsB] = b.shape.slice(-2);
  const [n, k] = transposeA ? [columnsA, rowsA] : [rowsA, columnsA];
  const [innerB, m] = transposeB ? [columnsB, rowsB] : [rowsB, columnsB];
  util.assert(
    k === innerB,
    () => `matMul: the inner sizes of [${a.shape}] and [${b.shape}] differ, ${k} and ${innerB}.`,
  );
  util.assert(
    a.dtype === 'float32' && b.dtype === 'float32',
    () => `matMul: the wasm backend multiplies float32 tensors, but got ${a.dtype} and ${b.dtype}; cast them.`,
  );
  const outerA = a.shape.slice(0, -2);
  const outerB = b.shape.slice(0, -2);
  const outer = broadcast_util.assertAndGetBroadcastShape(outerA, outerB);
  const batchA = util.sizeFromShape(outerA);
  const batchB = util.sizeFromShape(outerB);
  const out = heap.make([...outer, n, m]);
  if (util.sizeFromShape(out.shape) === 0) return out;
  if (k === 0) {
    heap.floats(out).fill(0);
    return out;
  }
  heap.withScratch((take, view) => {
    const left = transposeA ? transposed(heap, take, heap.block(a), batchA, k, n) : heap.block(a);
    const right = transposeB ? transposed(heap, take, heap.block(b), batchB, m, k) : heap.block(b);
    const product = heap.block(out);
    const batch = util.sizeFromShape(outer);
    if (batch === 1) return heap.matMul(left, right, product, n, k, m);
    const [matrixA, matrixB] = [repeats(outerA, outer), repeats(outerB, outer)];
    const oneRight = batchB === 1 ? right : undefined;
    for (let i = 0; i < batch; i++) {
      const leftPart = view(left, matrixA(i) * n * k, n * k);
      const rightPart = oneRight ?? view(right, matrixB(i) * k * m, k * m);
      heap.matMul(leftPart, rightPart, view(product, i * n * m, n * m), n, k, m);
    }
  });
  return out;
}

/** Which matrix of a batch of shape `own` belongs to matrix i of the batch that it is broadcast to. */
function repeats(own: readonly number[], outer: readonly number[]): (i: number) => number {
  const missing = outer.length - own.length;
  const strides = util.computeStrides([...outer, 1]);
  return (i) =>
    own.reduce((at, size, axis) => {
      const index = Math.floor(i / strides[axis + missing]) % outer[axis + missing];
      return at * size + (size === 1 ? 0 : index);
    }, 0);
}

/** [dx, dweight] and, if there is a bias, dbias. */
export function linearGrad(heap: Heap, { dy, x, weight, bias }: LinearGradInputs): TensorInfo[] {
  const [inputs, outputs] = weight.shape;
  const rows = util.sizeFromShape(dy.shape) / outputs;
  const dx = heap.make(x.shape);
  const dweight = heap.make(weight.shape);
  heap.withScratch((take) => {
    const turned = transposed(heap, take, heap.block(weight), 1, inputs, outputs);
    heap.matMul(heap.block(dy), turned, heap.block(dx), rows, outputs, inputs);
  });
  sumOfOuterProducts(heap, heap.block(x), heap.block(dy), heap.block(dweight), rows, inputs, outputs);
  if (!bias) return [dx, dweight];
  const dbias = heap.make(bias.shape);
  const sums = new Float64Array(outputs);
  const gradient = heap.floats(dy);
  for (let start = 0; start < gradient.length; start += outputs) {
    for (let c = 0; c < outputs; c++) sums[c] += gradient[start + c];
  }
  heap.floats(dbias).set(sums);
  return [dx, dweight, dbias];
}

/** out [n, m] = aᵀ·b for a [rows, n], b [rows, m]. */
export function sumOfOuterProducts(
  heap: Heap,
  a: Block,
  b: Block,
  out: Block,
  rows: number,
  n: number,
  m: number,
): void {
  heap.withScratch((take) => {
    const turned = take(ROWS_AT_A_TIME * n);
    const partial = take(n * m);
    const sum = new Float64Array(n * m);
    for (let start = 0; start < rows; start += ROWS_AT_A_TIME) {
      const count = Math.min(ROWS_AT_A_TIME, rows - start);
      transpose(heap.floats(a), start * n, heap.floats(turned), 0, count, n);
      heap.withScratch((_, view) => {
        heap.matMul(turned, view(b, start * m, count * m), partial, n, count, m);
      });
      const part = heap.floats(partial);
      for (let i = 0; i < sum.length; i++) sum[i] += part[i];
    }
    heap.floats(out).set(sum);
  });
}

function transposed(
  heap: Heap,
  take: (size: number) => Block,
  matrices: Block,
  batch: number,
  rows: number,
  columns: number,
): Block {
  const out = take(matrices.size);
  const from = heap.floats(matrices);
  const to = heap.floats(out);
  for (let i = 0; i < batch; i++) transpose(from, i * rows * columns, to, i * rows * columns, rows, columns);
  return out;
}

/** to [columns, rows] = fromᵀ, by tiles that stay in the cache. */
function transpose(
  from: Float32Array,
  fromStart: number,
  to: Float32Array,
  toStart: number,
  rows: number,
  columns: number,
): void {
  const TILE = 16;
  for (let top = 0; top < rows; top += TILE) {
    const bottom = Math.min(top + TILE, rows);
    for (let left = 0; left < columns; left += TILE) {
      const right = Math.min(left + TILE, columns);
      for (let column = left; column < right; column++) {
        const target = toStart + column * rows;
        for (let row = top; row < bottom; row++) to[target + row] = from[fromStart + row * columns + column];
      }
    }
  }
}
