import { loadPart, storePart } from './math';
import { sumLanes } from './simd';

/** One pass over all parameters. The table has a row for each chunk: addresses and number of values. */

@unmanaged
class AdamWArguments {
  /** (parameter, gradient, first moment, second moment, number of values) of each chunk. */
  table: usize;
  beta1: f32;
  /** 1 − β₁, times the gradient's scale. */
  gradientFactor: f32;
  beta2: f32;
  /** 1 − β₂, times the square of the gradient's scale. */
  squareFactor: f32;
  /** learning rate/(1 − β₁ᵗ) */
  stepSize: f32;
  /** √(1 − β₂ᵗ) */
  root: f32;
  epsilon: f32;
  /** 1 − learning rate·weight decay */
  shrink: f32;
}

/** A step of AdamW; chunk: a row of the table. */
export function adamWJob(args: AdamWArguments, chunk: i32): void {
  const entry = args.table + <usize>chunk * 20;
  const p = load<usize>(entry);
  const g = load<usize>(entry, 4);
  const m = load<usize>(entry, 8);
  const v = load<usize>(entry, 12);
  const count = load<i32>(entry, 16);
  const beta1 = f32x4.splat(args.beta1);
  const rest1 = f32x4.splat(args.gradientFactor);
  const beta2 = f32x4.splat(args.beta2);
  const rest2 = f32x4.splat(args.squareFactor);
  const stepSize = f32x4.splat(args.stepSize);
  const root = f32x4.splat(args.root);
  const epsilon = f32x4.splat(args.epsilon);
  const shrink = f32x4.splat(args.shrink);
  for (let i = 0; i < count; i += 4) {
    const left = count - i;
    const at = (<usize>i) << 2;
    const gradient = loadPart(g + at, left);
    const first = f32x4.add(f32x4.mul(loadPart(m + at, left), beta1), f32x4.mul(gradient, rest1));
    const squared = f32x4.mul(f32x4.mul(gradient, gradient), rest2);
    const second = f32x4.add(f32x4.mul(loadPart(v + at, left), beta2), squared);
    storePart(m + at, first, left);
    storePart(v + at, second, left);
    const denominator = f32x4.add(f32x4.div(f32x4.sqrt(second), root), epsilon);
    const update = f32x4.mul(f32x4.div(first, denominator), stepSize);
    storePart(p + at, f32x4.sub(f32x4.mul(loadPart(p + at, left), shrink), update), left);
  }
}

@unmanaged
class EmaArguments {
  /** (shadow, parameter, number of values) of each chunk. */
  table: usize;
  decay: f32;
  /** 1 − decay */
  rest: f32;
}

/** A step of the exponential moving average; chunk: a row of the table. */
export function emaJob(args: EmaArguments, chunk: i32): void {
  const entry = args.table + <usize>chunk * 12;
  const s = load<usize>(entry);
  const p = load<usize>(entry, 4);
  const count = load<i32>(entry, 8);
  const decay = f32x4.splat(args.decay);
  const rest = f32x4.splat(args.rest);
  for (let i = 0; i < count; i += 4) {
    const left = count - i;
    const at = (<usize>i) << 2;
    const kept = f32x4.mul(loadPart(s + at, left), decay);
    storePart(s + at, f32x4.add(kept, f32x4.mul(loadPart(p + at, left), rest)), left);
  }
}

@unmanaged
class SumSquaresArguments {
  /** (x, number of values) of each chunk. */
  table: usize;
  partial: usize;
}

/** partial[chunk] = Σ x²; chunk: a row of the table. */
export function sumSquaresJob(args: SumSquaresArguments, chunk: i32): void {
  const entry = args.table + <usize>chunk * 8;
  const x = load<usize>(entry);
  const count = load<i32>(entry, 4);
  let even = f32x4.splat(0);
  let odd = even;
  for (let i = 0; i < count; i += 8) {
    const at = x + ((<usize>i) << 2);
    const a = loadPart(at, count - i);
    even = f32x4.add(even, f32x4.mul(a, a));
    if (count - i <= 4) break;
    const b = loadPart(at + 16, count - i - 4);
    odd = f32x4.add(odd, f32x4.mul(b, b));
  }
  store<f32>(args.partial + ((<usize>chunk) << 2), sumLanes(f32x4.add(even, odd)));
}
