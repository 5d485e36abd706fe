import { loadPart, storePart } from './math';
import { fma, sumLanes } from './simd';

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

/** Σ (x − mean)² of `count` floats. */
export function squaredDeviations(from: usize, count: i32, mean: f32): f32 {
  const m = f32x4.splat(mean);
  let a = f32x4.splat(0);
  let b = a;
  let i = count;
  for (; i >= 8; i -= 8) {
    const x = f32x4.sub(v128.load(from), m);
    const y = f32x4.sub(v128.load(from, 16), m);
    a = fma(x, x, a);
    b = fma(y, y, b);
    from += 32;
  }
  let rest: f32 = 0;
  for (; i > 0; i--) {
    const x = load<f32>(from) - mean;
    rest += x * x;
    from += 4;
  }
  return rest + sumLanes(f32x4.add(a, b));
}

@unmanaged
class SumRowsArguments {
  /** [m][n] */
  from: usize;
  m: i32;
  n: i32;
  /** Rows of a chunk. */
  block: i32;
  partial: usize;
}

/** partial[chunk][n] = Σ of its rows; chunk: a block of rows. */
export function sumRowsJob(args: SumRowsArguments, chunk: i32): void {
  const n = args.n;
  const block = args.block;
  const start = chunk * block;
  const rows = min(block, args.m - start);
  const from = args.from + ((<usize>start * n) << 2);
  const to = args.partial + ((<usize>chunk * n) << 2);
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

@unmanaged
class SumPartialsArguments {
  partial: usize;
  blocks: i32;
  n: i32;
  factor: f32;
  to: usize;
}

/** to[n] = factor·Σ over blocks of partial[block][n], in order, in float64; one chunk. */
export function sumPartialsJob(args: SumPartialsArguments, _chunk: i32): void {
  const blocks = args.blocks;
  const n = args.n;
  const stride = (<usize>n) << 2;
  for (let j = 0; j < n; j++) {
    let sum: f64 = 0;
    let at = args.partial + (j << 2);
    for (let i = 0; i < blocks; i++) {
      sum += <f64>load<f32>(at);
      at += stride;
    }
    store<f32>(args.to + (j << 2), <f32>(sum * args.factor));
  }
}

@unmanaged
class SumEachRowArguments {
  /** [m][n] */
  from: usize;
  m: i32;
  n: i32;
  /** Rows of a chunk. */
  block: i32;
  factor: f32;
  to: usize;
}

/** to[m] = factor·Σ of each row; chunk: a block of rows. */
export function sumEachRowJob(args: SumEachRowArguments, chunk: i32): void {
  const n = args.n;
  const block = args.block;
  const start = chunk * block;
  const end = min(start + block, args.m);
  for (let i = start; i < end; i++)
    store<f32>(args.to + (i << 2), args.factor * sumContiguous(args.from + ((<usize>i * n) << 2), n));
}
