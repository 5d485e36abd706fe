import { loadPart, storePart } from './math';
import { argument, argumentF32 } from './pool';
import { sumLanes } from './simd';

/** One pass over all parameters. The table has a row for each chunk: addresses and number of values. */

/**
 * Job: chunk of AdamW. 0 table of (parameter, gradient, first moment, second moment, values), floats: 1 β₁, 2 1 − β₁, 3 β₂, 4 1 − β₂, 5
 * learning rate/(1 − β₁ᵗ), 6 √(1 − β₂ᵗ), 7 ε, 8 1 − learning rate·weight decay.
 */
export function adamWJob(chunk: i32): void {
  const entry = argument(0) + <usize>chunk * 20;
  const p = load<usize>(entry);
  const g = load<usize>(entry, 4);
  const m = load<usize>(entry, 8);
  const v = load<usize>(entry, 12);
  const count = load<i32>(entry, 16);
  const beta1 = f32x4.splat(argumentF32(1));
  const rest1 = f32x4.splat(argumentF32(2));
  const beta2 = f32x4.splat(argumentF32(3));
  const rest2 = f32x4.splat(argumentF32(4));
  const stepSize = f32x4.splat(argumentF32(5));
  const root = f32x4.splat(argumentF32(6));
  const epsilon = f32x4.splat(argumentF32(7));
  const shrink = f32x4.splat(argumentF32(8));
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

/** Job: chunk of the moving average. 0 table of (shadow, parameter, values), floats: 1 decay, 2 1 − decay. */
export function emaJob(chunk: i32): void {
  const entry = argument(0) + <usize>chunk * 12;
  const s = load<usize>(entry);
  const p = load<usize>(entry, 4);
  const count = load<i32>(entry, 8);
  const decay = f32x4.splat(argumentF32(1));
  const rest = f32x4.splat(argumentF32(2));
  for (let i = 0; i < count; i += 4) {
    const left = count - i;
    const at = (<usize>i) << 2;
    const kept = f32x4.mul(loadPart(s + at, left), decay);
    storePart(s + at, f32x4.add(kept, f32x4.mul(loadPart(p + at, left), rest)), left);
  }
}

/** Job: chunk of a sum of squares; partial[chunk] = Σ x². 0 table of (x, values), 1 partial. */
export function sumSquaresJob(chunk: i32): void {
  const entry = argument(0) + <usize>chunk * 8;
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
  store<f32>(argument(1) + ((<usize>chunk) << 2), sumLanes(f32x4.add(even, odd)));
}
