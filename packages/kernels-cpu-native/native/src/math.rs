//! Elementary functions of vectors, to about 2 ulp of float32. NaN stays NaN.
#![allow(clippy::excessive_precision, clippy::approx_constant)]

use crate::simd::Simd;

/// Adding 1.5·2²³ rounds to an integer, which then lies in the low bits.
const ROUNDER: f32 = 12582912.0;

macro_rules! polynomial {
    ($s:ident, $x:expr, $first:expr $(, $rest:expr)*) => {{
        let mut p = $s::splat($first);
        $( p = $s::fma(p, $x, $s::splat($rest)); )*
        p
    }};
}

/// 2^t for t ≥ −126.
#[inline(always)]
pub unsafe fn exp2_above<S: Simd>(t: S::V) -> S::V {
    unsafe { S::exp2(t) }
}

/// 2^f for |f| ≤ ½, with a relative error of 8e-8 (Chebyshev).
#[inline(always)]
pub unsafe fn exp2_of_fraction<S: Simd>(f: S::V) -> S::V {
    unsafe { polynomial!(S, f, 0.001_339_086_3, 0.009_676_032, 0.055_503_57, 0.240_221_074_853, 0.693_147_2, 1.0) }
}

/// 2^t for t ≥ −126, with the integer part of t added to the exponent's bits.
#[inline(always)]
pub unsafe fn exp2_by_bits<S: Simd>(t: S::V) -> S::V {
    unsafe {
        let shifted = S::add(t, S::splat(ROUNDER));
        let f = S::sub(t, S::sub(shifted, S::splat(ROUNDER)));
        S::add_low_bits_to_exponent(exp2_of_fraction::<S>(f), shifted)
    }
}

/// 2^t for t ≤ 0; below −125 it is 2^−125.
#[inline(always)]
pub unsafe fn exp2_negative<S: Simd>(t: S::V) -> S::V {
    unsafe { exp2_above::<S>(S::larger(t, S::splat(-125.0))) }
}

/// e^x for x ≤ 0; where it would be less than 1e-37 it is about that.
#[inline(always)]
unsafe fn exp_negative<S: Simd>(x: S::V) -> S::V {
    unsafe { exp2_negative::<S>(S::mul(x, S::splat(std::f32::consts::LOG2_E))) }
}

/// e^x, with 0 and infinity where they belong.
#[inline(always)]
pub unsafe fn exp<S: Simd>(x: S::V) -> S::V {
    unsafe {
        let log2e = S::splat(std::f32::consts::LOG2_E);
        // Two halves of ln 2, so that the remainder is exact for large x.
        let n = S::round(S::mul(x, log2e));
        let r = S::fma(n, S::splat(2.121_944_4e-4), S::fma(n, S::splat(-0.693_359_4), x));
        let low = S::smaller(S::larger(n, S::splat(-126.0)), S::splat(128.0));
        let part = S::smaller(S::larger(S::mul(r, log2e), S::splat(-0.5)), S::splat(0.5));
        let y = S::add_to_exponent(exp2_above::<S>(part), low);
        let y = S::select(S::lt(S::splat(88.722_83), x), S::splat(f32::INFINITY), y);
        let y = S::select(S::lt(x, S::splat(-87.336_54)), S::zero(), y);
        S::select(S::is_nan(x), x, y)
    }
}

/// e^(−x²/2).
#[inline(always)]
pub unsafe fn gaussian<S: Simd>(x: S::V) -> S::V {
    unsafe { exp_negative::<S>(S::mul(S::mul(x, S::splat(-0.5)), x)) }
}

/// Φ(x), the normal distribution function, given g = e^(−x²/2): g times Mills' ratio, which is t·P(t) in t = 1/(1 + 0.3|x|) to 8e-8
/// (Chebyshev, |x| ≤ 13).
#[inline(always)]
pub unsafe fn normal_distribution<S: Simd>(x: S::V, g: S::V) -> S::V {
    unsafe {
        let t = S::div(S::splat(1.0), S::fma(S::abs(x), S::splat(0.3), S::splat(1.0)));
        let p = polynomial!(
            S,
            t,
            0.037_670_657,
            -0.165_466_733_3,
            0.220_489_51,
            -0.066_584_541_133_8,
            0.135_318_37,
            0.097_890_39,
            0.121_073_595,
            0.119_608_78
        );
        let tail = S::mul(S::mul(p, t), g);
        S::select(S::lt(x, S::zero()), tail, S::sub(S::splat(1.0), tail))
    }
}

/// x·Φ(x).
#[inline(always)]
pub unsafe fn gelu<S: Simd>(x: S::V) -> S::V {
    unsafe { S::mul(x, normal_distribution::<S>(x, gaussian::<S>(x))) }
}

/// Φ(x) + x·φ(x).
#[inline(always)]
pub unsafe fn gelu_slope<S: Simd>(x: S::V) -> S::V {
    unsafe {
        let g = gaussian::<S>(x);
        S::fma(S::mul(x, S::splat(0.398_942_3)), g, normal_distribution::<S>(x, g))
    }
}

#[inline(always)]
pub unsafe fn sigmoid<S: Simd>(x: S::V) -> S::V {
    unsafe {
        let e = exp_negative::<S>(S::neg(S::abs(x)));
        let s = S::div(S::splat(1.0), S::add(S::splat(1.0), e));
        let y = S::select(S::lt(x, S::zero()), S::mul(e, s), s);
        S::select(S::is_nan(x), x, y)
    }
}

#[inline(always)]
pub unsafe fn silu<S: Simd>(x: S::V) -> S::V {
    unsafe { S::mul(x, sigmoid::<S>(x)) }
}

/// σ(x)·(1 + x·(1 − σ(x))).
#[inline(always)]
pub unsafe fn silu_slope<S: Simd>(x: S::V) -> S::V {
    unsafe {
        let s = sigmoid::<S>(x);
        S::mul(s, S::fma(x, S::sub(S::splat(1.0), s), S::splat(1.0)))
    }
}

#[inline(always)]
pub unsafe fn erf<S: Simd>(x: S::V) -> S::V {
    unsafe {
        let z = S::mul(x, S::splat(std::f32::consts::SQRT_2));
        S::fma(S::splat(2.0), normal_distribution::<S>(z, gaussian::<S>(z)), S::splat(-1.0))
    }
}
