import { fma } from './simd';

/** Elementary functions of four lanes, to about 2 ulp of float32. NaN stays NaN. */

const LOG2E: f32 = 1.4426950408889634;
/** 1.5·2²³: adding it rounds to an integer, which then lies in the low bits. */
const ROUNDER: f32 = 12582912.0;

@inline
function c(value: f32): v128 {
  return f32x4.splat(value);
}

/** 2^t for t ≥ −126; the polynomial (Chebyshev on [−½, ½]) has a relative error of 8e-8. */
@inline
function exp2Above(t: v128): v128 {
  const shifted = f32x4.add(t, c(ROUNDER));
  const f = f32x4.sub(t, f32x4.sub(shifted, c(ROUNDER)));
  let p = fma(f, c(0.00133908633647), c(0.00967603191832));
  p = fma(p, f, c(0.0555035711422));
  p = fma(p, f, c(0.240221074853));
  p = fma(p, f, c(0.693147188026));
  p = fma(p, f, c(1.0));
  return i32x4.add(p, i32x4.shl(shifted, 23));
}

/** 2^t for |t| ≤ 120. */
@inline
export function exp2Bounded(t: v128): v128 {
  return exp2Above(t);
}

/** 2^t for t ≤ 0; below −125 it is 2^−125. */
@inline
export function exp2Negative(t: v128): v128 {
  return exp2Above(f32x4.pmax(t, c(-125)));
}

/** e^x for x ≤ 0; where it would be less than 1e-37 it is about that. */
@inline
export function expNegative(x: v128): v128 {
  return exp2Negative(f32x4.mul(x, c(LOG2E)));
}

/** e^x, with 0 and infinity where they belong. */
@inline
export function exp(x: v128): v128 {
  // Two halves of ln 2, so that the remainder is exact for large x.
  const n = f32x4.nearest(f32x4.mul(x, c(LOG2E)));
  const r = fma(n, c(2.12194440e-4), fma(n, c(-0.693359375), x));
  const low = f32x4.pmin(f32x4.pmax(n, c(-126)), c(128));
  const p = exp2Above(f32x4.pmin(f32x4.pmax(f32x4.mul(r, c(LOG2E)), c(-0.5)), c(0.5)));
  let y = i32x4.add(p, i32x4.shl(i32x4.trunc_sat_f32x4_s(low), 23));
  y = v128.bitselect(c(Infinity), y, f32x4.gt(x, c(88.72283)));
  y = v128.andnot(y, f32x4.lt(x, c(-87.33654)));
  return v128.bitselect(x, y, f32x4.ne(x, x));
}

/** e^(−x²/2). */
@inline
export function gaussian(x: v128): v128 {
  return expNegative(f32x4.mul(f32x4.mul(x, c(-0.5)), x));
}

/**
 * Φ(x), the normal distribution function, given g = e^(−x²/2): g times Mills' ratio, which is t·P(t) in t = 1/(1 + 0.3|x|)
 * to 8e-8 (Chebyshev, |x| ≤ 13).
 */
@inline
export function normalDistribution(x: v128, g: v128): v128 {
  const t = f32x4.div(c(1), fma(f32x4.abs(x), c(0.3), c(1)));
  let p = fma(t, c(0.037670655971), c(-0.1654667333));
  p = fma(p, t, c(0.220489510882));
  p = fma(p, t, c(-0.0665845411338));
  p = fma(p, t, c(0.135318373844));
  p = fma(p, t, c(0.0978903925468));
  p = fma(p, t, c(0.121073594991));
  p = fma(p, t, c(0.119608779871));
  const tail = f32x4.mul(f32x4.mul(p, t), g);
  return v128.bitselect(tail, f32x4.sub(c(1), tail), f32x4.lt(x, c(0)));
}

/** x·Φ(x). */
@inline
export function gelu(x: v128): v128 {
  return f32x4.mul(x, normalDistribution(x, gaussian(x)));
}

/** Φ(x) + x·φ(x). */
@inline
export function geluSlope(x: v128): v128 {
  const g = gaussian(x);
  return fma(f32x4.mul(x, c(0.3989422804014327)), g, normalDistribution(x, g));
}

@inline
export function sigmoid(x: v128): v128 {
  const e = expNegative(f32x4.neg(f32x4.abs(x)));
  const s = f32x4.div(c(1), f32x4.add(c(1), e));
  const positive = v128.bitselect(f32x4.mul(e, s), s, f32x4.lt(x, c(0)));
  return v128.bitselect(x, positive, f32x4.ne(x, x));
}

@inline
export function silu(x: v128): v128 {
  return f32x4.mul(x, sigmoid(x));
}

/** σ(x)·(1 + x·(1 − σ(x))). */
@inline
export function siluSlope(x: v128): v128 {
  const s = sigmoid(x);
  return f32x4.mul(s, fma(x, f32x4.sub(c(1), s), c(1)));
}

export const enum Activation {
  linear,
  gelu,
  silu,
}

@inline
export function activate(activation: Activation, x: v128): v128 {
  if (activation == Activation.gelu) return gelu(x);
  if (activation == Activation.silu) return silu(x);
  return x;
}

@inline
export function slope(activation: Activation, x: v128): v128 {
  if (activation == Activation.gelu) return geluSlope(x);
  if (activation == Activation.silu) return siluSlope(x);
  return c(1);
}

/** Loads `count` floats, the rest zero. */
@inline
export function loadPart(from: usize, count: i32): v128 {
  if (count >= 4) return v128.load(from);
  let v = v128.load32_zero(from);
  if (count > 1) v = v128.load32_lane(from, v, 1, 4);
  if (count > 2) v = v128.load32_lane(from, v, 2, 8);
  return v;
}

/** Stores the first `count` floats. */
@inline
export function storePart(to: usize, v: v128, count: i32): void {
  if (count >= 4) {
    v128.store(to, v);
    return;
  }
  v128.store32_lane(to, v, 0);
  if (count > 1) v128.store32_lane(to, v, 1, 4);
  if (count > 2) v128.store32_lane(to, v, 2, 8);
}
