//! Four lanes in plain Rust, for processors that have no level of their own here: the compiler makes SSE2 or the like of it. A product
//! and a sum are rounded one after the other.

use super::Simd;
use crate::gemm::{Product, multiply};

#[derive(Clone, Copy)]
pub struct Portable;

type V = [f32; 4];

#[inline(always)]
fn map(a: V, f: impl Fn(f32) -> f32) -> V {
    [f(a[0]), f(a[1]), f(a[2]), f(a[3])]
}

#[inline(always)]
fn both(a: V, b: V, f: impl Fn(f32, f32) -> f32) -> V {
    [f(a[0], b[0]), f(a[1], b[1]), f(a[2], b[2]), f(a[3], b[3])]
}

#[inline(always)]
fn is(a: V, b: V, f: impl Fn(f32, f32) -> bool) -> [bool; 4] {
    [f(a[0], b[0]), f(a[1], b[1]), f(a[2], b[2]), f(a[3], b[3])]
}

impl Simd for Portable {
    type V = V;
    type M = [bool; 4];
    const LANES: usize = 4;
    const ROWS: usize = 6;
    const WIDE: usize = 2;
    const TALL: bool = false;

    #[inline(never)]
    unsafe fn multiply(product: &Product) {
        unsafe { multiply::<Self>(product) }
    }
    #[inline(always)]
    unsafe fn splat(x: f32) -> V {
        [x; 4]
    }
    #[inline(always)]
    unsafe fn load(from: *const f32) -> V {
        unsafe { from.cast::<V>().read_unaligned() }
    }
    #[inline(always)]
    unsafe fn store(to: *mut f32, v: V) {
        unsafe { to.cast::<V>().write_unaligned(v) }
    }
    #[inline(always)]
    unsafe fn load_some(from: *const f32, count: usize) -> V {
        let mut v = [0.0; 4];
        for i in 0..count {
            v[i] = unsafe { *from.add(i) };
        }
        v
    }
    #[inline(always)]
    unsafe fn store_some(to: *mut f32, v: V, count: usize) {
        for i in 0..count {
            unsafe { *to.add(i) = v[i] };
        }
    }
    #[inline(always)]
    unsafe fn add(a: V, b: V) -> V {
        both(a, b, |x, y| x + y)
    }
    #[inline(always)]
    unsafe fn sub(a: V, b: V) -> V {
        both(a, b, |x, y| x - y)
    }
    #[inline(always)]
    unsafe fn mul(a: V, b: V) -> V {
        both(a, b, |x, y| x * y)
    }
    #[inline(always)]
    unsafe fn div(a: V, b: V) -> V {
        both(a, b, |x, y| x / y)
    }
    #[inline(always)]
    unsafe fn fma(a: V, b: V, c: V) -> V {
        both(both(a, b, |x, y| x * y), c, |x, y| x + y)
    }
    #[inline(always)]
    unsafe fn fnma(a: V, b: V, c: V) -> V {
        both(c, both(a, b, |x, y| x * y), |x, y| x - y)
    }
    #[inline(always)]
    unsafe fn sqrt(a: V) -> V {
        map(a, f32::sqrt)
    }
    #[inline(always)]
    unsafe fn abs(a: V) -> V {
        map(a, f32::abs)
    }
    #[inline(always)]
    unsafe fn neg(a: V) -> V {
        map(a, |x| -x)
    }
    #[inline(always)]
    unsafe fn round(a: V) -> V {
        map(a, libm::rintf)
    }
    #[inline(always)]
    unsafe fn larger(a: V, b: V) -> V {
        both(a, b, |x, y| if x < y { y } else { x })
    }
    #[inline(always)]
    unsafe fn smaller(a: V, b: V) -> V {
        both(a, b, |x, y| if y < x { y } else { x })
    }
    #[inline(always)]
    unsafe fn lt(a: V, b: V) -> [bool; 4] {
        is(a, b, |x, y| x < y)
    }
    #[inline(always)]
    unsafe fn eq(a: V, b: V) -> [bool; 4] {
        is(a, b, |x, y| x == y)
    }
    #[inline(always)]
    unsafe fn is_nan(a: V) -> [bool; 4] {
        is(a, a, |x, y| x != y)
    }
    #[inline(always)]
    unsafe fn select(m: [bool; 4], a: V, b: V) -> V {
        [
            if m[0] { a[0] } else { b[0] },
            if m[1] { a[1] } else { b[1] },
            if m[2] { a[2] } else { b[2] },
            if m[3] { a[3] } else { b[3] },
        ]
    }
    #[inline(always)]
    unsafe fn add_low_bits_to_exponent(p: V, shifted: V) -> V {
        both(p, shifted, |x, y| f32::from_bits(x.to_bits().wrapping_add(y.to_bits() << 23)))
    }
    #[inline(always)]
    unsafe fn add_to_exponent(p: V, n: V) -> V {
        both(p, n, |x, y| f32::from_bits(x.to_bits().wrapping_add((y as i32 as u32) << 23)))
    }
    #[inline(always)]
    unsafe fn sum(v: V) -> f32 {
        (v[0] + v[2]) + (v[1] + v[3])
    }
}
