import { loadPart, storePart } from './math';
import { argument, argumentF32 } from './pool';
import { sumLanes } from './simd';

/** Sum of `count` floats in four strands of four lanes. */
export function sumContiguous(from: usize, count: i32): f32 {
  let a = f32x4.splat(0);
  let b = a;
  let c = a;
  let d = a;
  let i = count;
  for (; i >= 16; i -= 16) {
    a = f32x4.add(a, v128.load(from));
    b = f32x4.add(b, v128.load(from, 16));
    c = f32x4.add(c, v128.load(from, 32));
    d = f32x4.add(d, v128.load(from, 48));
    from += 64;
  }
  for (; i > 0; i -= 4) {
    a = f32x4.add(a, loadPart(from, i));
    from += 16;
  }
  return sumLanes(f32x4.add(f32x4.add(a, b), f32x4.add(c, d)));
}

/** Job: chunk = row block; partial[chunk][n] = Σ of its rows. 0 from [m][n], 1 m, 2 n, 3 rows a chunk, 4 partial. */
export function sumRowsJob(chunk: i32): void {
  const n = <i32>argument(2);
  const block = <i32>argument(3);
  const start = chunk * block;
  const rows = min(block, <i32>argument(1) - start);
  const from = argument(0) + ((<usize>start * n) << 2);
  const to = argument(4) + ((<usize>chunk * n) << 2);
  if (n == 1) {
    store<f32>(to, sumContiguous(from, rows));
    return;
  }
  const stride = (<usize>n) << 2;
  for (let j = 0; j < n; j += 4) {
    const left = n - j;
    let at = from + (j << 2);
    let sum = f32x4.splat(0);
    for (let i = 0; i < rows; i++) {
      sum = f32x4.add(sum, loadPart(at, left));
      at += stride;
    }
    storePart(to + (j << 2), sum, left);
  }
}

/** Job: to[n] = factor·Σ over blocks of partial[block][n], in order, in float64. 0 partial, 1 blocks, 2 n, 3 to, 4 float factor. */
export function sumPartialsJob(_chunk: i32): void {
  const blocks = <i32>argument(1);
  const n = <i32>argument(2);
  const stride = (<usize>n) << 2;
  for (let j = 0; j < n; j++) {
    let sum: f64 = 0;
    let at = argument(0) + (j << 2);
    for (let i = 0; i < blocks; i++) {
      sum += <f64>load<f32>(at);
      at += stride;
    }
    store<f32>(argument(3) + (j << 2), <f32>(sum * <f64>argumentF32(4)));
  }
}

/** Job: chunk of rows, each summed up. 0 from [m][n], 1 m, 2 n, 3 rows a chunk, 4 to [m], 5 float factor. */
export function sumEachRowJob(chunk: i32): void {
  const n = <i32>argument(2);
  const block = <i32>argument(3);
  const start = chunk * block;
  const end = min(start + block, <i32>argument(1));
  for (let i = start; i < end; i++)
    store<f32>(argument(4) + (i << 2), argumentF32(5) * sumContiguous(argument(0) + ((<usize>i * n) << 2), n));
}
