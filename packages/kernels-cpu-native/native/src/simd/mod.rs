//! Vectors of several widths behind one trait: kernels are written once and compiled for each.

mod level;
#[cfg(target_arch = "aarch64")]
mod neon;
mod portable;
#[cfg(target_arch = "x86_64")]
mod x86;

pub use level::Level;
#[cfg(target_arch = "x86_64")]
pub(crate) use level::multiply_avx512;
#[cfg(target_arch = "aarch64")]
pub use neon::Neon;
pub use portable::Portable;
#[cfg(target_arch = "x86_64")]
pub use x86::{Avx2, Avx512};

use crate::gemm::Product;

/// Columns of a panel of a packed matrix, on every level: a whole number of vectors.
pub const COLUMNS: usize = 16;

/// A vector of `LANES` float32 and what kernels do with it. All functions are inlined into an entry that has the instructions enabled
/// (`level.rs`); to call them elsewhere is undefined where the processor lacks them.
pub trait Simd: Copy + 'static {
    type V: Copy;
    type M: Copy;
    const LANES: usize;
    /// Most rows of a tile of the matrix product, and its vectors: what fits into the registers.
    const ROWS: usize;
    const WIDE: usize;
    /// Whether a tile of 8 rows × 2 vectors leaves registers for a kernel's constants; otherwise 4 rows do.
    const TALL: bool;
    /// Whether there are AMX's tile registers, too.
    const TILES: bool = false;

    /// `gemm::multiply` of this level, not inlined.
    unsafe fn multiply(product: &Product);

    unsafe fn splat(x: f32) -> Self::V;
    unsafe fn load(from: *const f32) -> Self::V;
    unsafe fn store(to: *mut f32, v: Self::V);
    /// The first `count` lanes, fewer than all; the others are zero.
    unsafe fn load_some(from: *const f32, count: usize) -> Self::V;
    unsafe fn store_some(to: *mut f32, v: Self::V, count: usize);

    unsafe fn add(a: Self::V, b: Self::V) -> Self::V;
    unsafe fn sub(a: Self::V, b: Self::V) -> Self::V;
    unsafe fn mul(a: Self::V, b: Self::V) -> Self::V;
    unsafe fn div(a: Self::V, b: Self::V) -> Self::V;
    /// a·b + c
    unsafe fn fma(a: Self::V, b: Self::V, c: Self::V) -> Self::V;
    /// c − a·b
    unsafe fn fnma(a: Self::V, b: Self::V, c: Self::V) -> Self::V;
    unsafe fn sqrt(a: Self::V) -> Self::V;
    unsafe fn abs(a: Self::V) -> Self::V;
    unsafe fn neg(a: Self::V) -> Self::V;
    /// The nearest integer, ties to even.
    unsafe fn round(a: Self::V) -> Self::V;
    /// a < b ? b : a
    unsafe fn larger(a: Self::V, b: Self::V) -> Self::V;
    /// b < a ? b : a
    unsafe fn smaller(a: Self::V, b: Self::V) -> Self::V;

    unsafe fn lt(a: Self::V, b: Self::V) -> Self::M;
    unsafe fn eq(a: Self::V, b: Self::V) -> Self::M;
    unsafe fn is_nan(a: Self::V) -> Self::M;
    /// m ? a : b
    unsafe fn select(m: Self::M, a: Self::V, b: Self::V) -> Self::V;

    /// The bits of `p` plus those of `shifted` moved into the exponent.
    unsafe fn add_low_bits_to_exponent(p: Self::V, shifted: Self::V) -> Self::V;
    /// The bits of `p` plus the integer `n` (|n| ≤ 128) in the exponent.
    unsafe fn add_to_exponent(p: Self::V, n: Self::V) -> Self::V;

    /// 2^t where that is no denormal: `math::exp2_above`, unless the level has instructions for it.
    #[inline(always)]
    unsafe fn exp2(t: Self::V) -> Self::V {
        unsafe { crate::math::exp2_by_bits::<Self>(t) }
    }

    unsafe fn sum(v: Self::V) -> f32;

    #[inline(always)]
    unsafe fn zero() -> Self::V {
        unsafe { Self::splat(0.0) }
    }

    /// As many lanes as there are, at most `left`; the others are zero.
    #[inline(always)]
    unsafe fn load_part(from: *const f32, left: usize) -> Self::V {
        unsafe { if left >= Self::LANES { Self::load(from) } else { Self::load_some(from, left) } }
    }

    #[inline(always)]
    unsafe fn store_part(to: *mut f32, v: Self::V, left: usize) {
        unsafe { if left >= Self::LANES { Self::store(to, v) } else { Self::store_some(to, v, left) } }
    }

    /// The larger; NaN if either is.
    #[inline(always)]
    unsafe fn max(a: Self::V, b: Self::V) -> Self::V {
        unsafe { Self::select(Self::is_nan(b), b, Self::larger(a, b)) }
    }

    /// The smaller; NaN if either is.
    #[inline(always)]
    unsafe fn min(a: Self::V, b: Self::V) -> Self::V {
        unsafe { Self::select(Self::is_nan(b), b, Self::smaller(a, b)) }
    }
}
