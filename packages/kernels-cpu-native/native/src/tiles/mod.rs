//! Matrix products on the tile registers of AMX, to the accuracy of float32. AMX multiplies bfloat16 and adds up in float32; a float32 is
//! the sum of three bfloat16, its high, middle and low bits, and a product of two is the sum of the six largest of nine products. Those left
//! out are below 2⁻²⁴ of it, and sums are rounded less often than those of AVX-512. At best that is 2.7 times as many multiply-adds as
//! AVX-512 does in the same time; what is left of it after splitting, and at the lower clock that tiles of real numbers run at, is 1.2 to
//! 1.6 times.
//!
//! Both sides are split into tiles of 16 rows of 16 pairs first: rows of A, columns of B; a pair is of values of k that are 16 apart, as two
//! vectors of neighbours give it. Infinity and NaN have no such sum: products that meet one are left to AVX-512.

pub mod attention;
pub mod attention_grad;
mod product;

pub use product::multiply;

use crate::simd::COLUMNS;
use core::arch::asm;
use core::arch::x86_64::*;
use std::cell::RefCell;
use std::sync::OnceLock;

/// Rows of a tile.
pub const ROWS: usize = 16;
/// Values of k that a tile spans.
pub const DEPTH: usize = 32;
/// Pairs of bfloat16 in a tile.
const TILE: usize = 256;
/// Pairs of the three tiles that float32s are split into.
const SPLIT: usize = 3 * TILE;

/// Whether the processor has the tiles and the system lets this process use them.
pub fn are_there() -> bool {
    static ARE_THERE: OnceLock<bool> = OnceLock::new();
    *ARE_THERE.get_or_init(|| has_instructions() && is_permitted())
}

fn has_instructions() -> bool {
    const OSXSAVE: u32 = 1 << 27;
    const AMX_BF16: u32 = 1 << 22;
    const AMX_TILE: u32 = 1 << 24;
    const TILE_STATE: u32 = 3 << 17;
    if __cpuid(0).eax < 7 || __cpuid(1).ecx & OSXSAVE == 0 || !__cpuid_count(7, 0).edx & (AMX_BF16 | AMX_TILE) != 0 {
        return false;
    }
    let state: u32;
    // SAFETY: OSXSAVE tells that the instruction is there.
    unsafe { asm!("xgetbv", in("ecx") 0, out("eax") state, out("edx") _, options(nomem, nostack)) };
    state & TILE_STATE == TILE_STATE
}

/// Linux gives the registers, whose state is 8 kB, to processes that ask.
#[cfg(target_os = "linux")]
fn is_permitted() -> bool {
    const ARCH_REQ_XCOMP_PERM: usize = 0x1023;
    const TILE_DATA: usize = 18;
    // SAFETY: asks for a permission; refused, nothing has changed.
    unsafe { libc::syscall(libc::SYS_arch_prctl, ARCH_REQ_XCOMP_PERM, TILE_DATA) == 0 }
}

#[cfg(not(target_os = "linux"))]
fn is_permitted() -> bool {
    false
}

thread_local! {
    static SCRATCH: RefCell<Vec<Line>> = const { RefCell::new(Vec::new()) };
}

/// A row of a tile.
#[repr(align(64))]
#[derive(Clone, Copy)]
struct Line(#[allow(dead_code, reason = "read and written by its address")] [u32; 16]);

/// Calls with so many words of this thread, aligned to a row of a tile. What they hold is left of earlier calls.
pub fn with_scratch<R>(words: usize, call: impl FnOnce(*mut u32) -> R) -> R {
    SCRATCH.with_borrow_mut(|lines| {
        if lines.len() * 16 < words {
            lines.resize(words.div_ceil(16), Line([0; 16]));
        }
        call(lines.as_mut_ptr().cast())
    })
}

/// All eight registers have 16 rows of 64 bytes.
#[repr(align(64))]
struct Configuration(#[allow(dead_code, reason = "the processor reads it")] [u8; 64]);

static WHOLE_TILES: Configuration = {
    let mut bytes = [0; 64];
    bytes[0] = 1; // the palette
    let mut tile = 0;
    while tile < 8 {
        bytes[16 + 2 * tile] = 64;
        bytes[48 + tile] = 16;
        tile += 1;
    }
    Configuration(bytes)
};

/// Gives this thread its tile registers.
#[inline(always)]
pub unsafe fn configure() {
    unsafe { asm!("ldtilecfg [{}]", in(reg) &raw const WHOLE_TILES, options(nostack, readonly)) };
}

/// Gives them back: a thread without has less to save when it is interrupted.
#[inline(always)]
pub unsafe fn release() {
    unsafe { asm!("tilerelease", options(nostack, nomem)) };
}

/// Sets the registers 0 to 3 to zero.
#[inline(always)]
unsafe fn zero_registers() {
    unsafe {
        asm!(
            "tilezero tmm0",
            "tilezero tmm1",
            "tilezero tmm2",
            "tilezero tmm3",
            options(nostack, nomem, preserves_flags)
        )
    };
}

/// Adds the products of splits of R×16 rows of A and C×16 columns of B, for one step of k, to the registers 0 to 3: rows 0 and 1 in 0 and 2,
/// columns in those and their neighbours.
#[inline]
#[target_feature(enable = "avx512f")]
unsafe fn add_products<const R: usize, const C: usize>(a: [*const u32; 2], b: [*const u32; 2]) {
    macro_rules! load {
        ($register:literal, $from:expr, $offset:literal) => {
            asm!(
                concat!("tileloadd ", $register, ", [{from} + {row}*1 + ", $offset, "]"),
                from = in(reg) $from, row = in(reg) 64usize, options(nostack, readonly, preserves_flags)
            )
        };
    }
    macro_rules! rows {
        ($offset:literal) => {
            load!("tmm4", a[0], $offset);
            if R > 1 {
                load!("tmm5", a[1], $offset);
            }
        };
    }
    macro_rules! columns {
        ($offset:literal) => {
            load!("tmm6", b[0], $offset);
            if C > 1 {
                load!("tmm7", b[1], $offset);
            }
        };
    }
    macro_rules! product {
        ($($line:literal)*) => { $( asm!($line, options(nostack, nomem, preserves_flags)); )* };
    }
    macro_rules! products {
        () => {
            product!("tdpbf16ps tmm0, tmm4, tmm6");
            if C > 1 {
                product!("tdpbf16ps tmm1, tmm4, tmm7");
            }
            if R > 1 {
                product!("tdpbf16ps tmm2, tmm5, tmm6");
            }
            if R > 1 && C > 1 {
                product!("tdpbf16ps tmm3, tmm5, tmm7");
            }
        };
    }
    unsafe {
        rows!(0);
        columns!(0);
        products!();
        columns!(1024);
        products!();
        columns!(2048);
        products!();
        rows!(1024);
        columns!(1024);
        products!();
        columns!(0);
        products!();
        rows!(2048);
        products!();
    }
}

/// Splits two vectors into pairs: to [3][TILE], of each the row at `to`. Returns the larger of `top` and their magnitudes.
#[inline]
#[target_feature(enable = "avx512f")]
unsafe fn split(x: __m512, y: __m512, to: *mut u32, top: __m512i) -> __m512i {
    unsafe {
        let (half, high) = (_mm512_set1_epi32(0x8000), _mm512_set1_epi32(0xffff_0000u32 as i32));
        let rounded = |v: __m512| _mm512_and_si512(_mm512_add_epi32(_mm512_castps_si512(v), half), high);
        let pair = |low: __m512i, high: __m512i| _mm512_or_si512(_mm512_srli_epi32::<16>(low), high);
        let top = _mm512_max_epu32(top, _mm512_max_epu32(magnitude(x), magnitude(y)));
        let (x1, y1) = (rounded(x), rounded(y));
        _mm512_storeu_si512(to.cast(), pair(x1, y1));
        let (x, y) = (_mm512_sub_ps(x, _mm512_castsi512_ps(x1)), _mm512_sub_ps(y, _mm512_castsi512_ps(y1)));
        let (x2, y2) = (rounded(x), rounded(y));
        _mm512_storeu_si512(to.add(TILE).cast(), pair(x2, y2));
        let (x, y) = (_mm512_sub_ps(x, _mm512_castsi512_ps(x2)), _mm512_sub_ps(y, _mm512_castsi512_ps(y2)));
        _mm512_storeu_si512(to.add(2 * TILE).cast(), pair(_mm512_castps_si512(x), _mm512_castps_si512(y)));
        top
    }
}

/// Orders floats by their size, as integers.
#[inline]
#[target_feature(enable = "avx512f")]
unsafe fn magnitude(x: __m512) -> __m512i {
    _mm512_slli_epi32::<1>(_mm512_castps_si512(x))
}

/// Whether values up to these magnitudes can be split: below the largest power of 2, beyond which rounding gives infinity.
#[inline]
#[target_feature(enable = "avx512f")]
unsafe fn can_be_split(top: __m512i) -> bool {
    _mm512_reduce_max_epu32(top) < 0x7f00_0000 << 1
}

#[inline(always)]
fn first(count: usize) -> __mmask16 {
    if count >= 16 { 0xffff } else { (1u16 << count) - 1 }
}

/// Splits 16 columns of B of a panel, [k][COLUMNS], to [steps of k][3][TILE].
#[inline]
#[target_feature(enable = "avx512f")]
unsafe fn split_columns(b: *const f32, k: usize, to: *mut u32, mut top: __m512i) -> __m512i {
    unsafe {
        let zero = _mm512_setzero_ps();
        for step in 0..k.div_ceil(DEPTH) {
            for i in 0..16 {
                let at = step * DEPTH + i;
                let x = if at < k { _mm512_loadu_ps(b.add(at * COLUMNS)) } else { zero };
                let y = if at + 16 < k { _mm512_loadu_ps(b.add((at + 16) * COLUMNS)) } else { zero };
                top = split(x, y, to.add(step * SPLIT + i * 16), top);
            }
        }
        top
    }
}

/// Up to 16 rows, of which neighbours in k are neighbours in memory.
pub struct Rows {
    pub from: *const f32,
    pub step: usize,
    pub count: usize,
    pub k: usize,
}

impl Rows {
    /// Splits them, to [steps of k][3][TILE]. What lies past the last is zero.
    #[inline]
    #[target_feature(enable = "avx512f")]
    pub unsafe fn split(&self, to: *mut u32) -> __m512i {
        unsafe {
            let mut top = _mm512_setzero_si512();
            for step in 0..self.k.div_ceil(DEPTH) {
                let left = self.k - step * DEPTH;
                let masks = [first(left), first(left.saturating_sub(16))];
                for i in 0..16 {
                    let from = self.from.wrapping_add(i * self.step + step * DEPTH);
                    let of = |half: usize| {
                        let mask = if i < self.count { masks[half] } else { 0 };
                        _mm512_maskz_loadu_ps(mask, from.wrapping_add(half * 16))
                    };
                    top = split(of(0), of(1), to.add(step * SPLIT + i * 16), top);
                }
            }
            top
        }
    }
}

/// Up to 16 rows that are neighbours in memory, `step` from one k to the next.
pub struct Columns {
    pub from: *const f32,
    pub step: usize,
    pub count: usize,
    pub k: usize,
}

impl Columns {
    /// Splits them as `Rows` are.
    #[inline]
    #[target_feature(enable = "avx512f")]
    pub unsafe fn split(&self, to: *mut u32) -> __m512i {
        unsafe {
            let mut top = _mm512_setzero_si512();
            for step in 0..self.k.div_ceil(DEPTH) {
                let of = |half: usize| {
                    let mut columns = [_mm512_setzero_ps(); 16];
                    for (i, column) in columns.iter_mut().enumerate() {
                        let k = step * DEPTH + half * 16 + i;
                        if k < self.k {
                            *column = _mm512_maskz_loadu_ps(first(self.count), self.from.add(k * self.step));
                        }
                    }
                    transpose(columns)
                };
                let (x, y) = (of(0), of(1));
                for i in 0..16 {
                    top = split(x[i], y[i], to.add(step * SPLIT + i * 16), top);
                }
            }
            top
        }
    }
}

/// The transpose of 16×16 values.
#[inline]
#[target_feature(enable = "avx512f")]
unsafe fn transpose(rows: [__m512; 16]) -> [__m512; 16] {
    let mut a = rows;
    let mut b = rows;
    for i in 0..8 {
        b[2 * i] = _mm512_unpacklo_ps(a[2 * i], a[2 * i + 1]);
        b[2 * i + 1] = _mm512_unpackhi_ps(a[2 * i], a[2 * i + 1]);
    }
    for i in 0..4 {
        for j in 0..2 {
            let (x, y) = (_mm512_castps_pd(b[4 * i + j]), _mm512_castps_pd(b[4 * i + 2 + j]));
            a[4 * i + 2 * j] = _mm512_castpd_ps(_mm512_unpacklo_pd(x, y));
            a[4 * i + 2 * j + 1] = _mm512_castpd_ps(_mm512_unpackhi_pd(x, y));
        }
    }
    for i in 0..2 {
        for j in 0..4 {
            b[8 * i + j] = _mm512_shuffle_f32x4::<0x88>(a[8 * i + j], a[8 * i + 4 + j]);
            b[8 * i + 4 + j] = _mm512_shuffle_f32x4::<0xdd>(a[8 * i + j], a[8 * i + 4 + j]);
        }
    }
    for j in 0..8 {
        a[j] = _mm512_shuffle_f32x4::<0x88>(b[j], b[8 + j]);
        a[8 + j] = _mm512_shuffle_f32x4::<0xdd>(b[j], b[8 + j]);
    }
    a
}
