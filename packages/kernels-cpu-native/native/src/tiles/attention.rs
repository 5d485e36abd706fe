//! Attention on tiles, 32 queries × 32 keys at a time. Scores have queries in rows, so that keys and values are read as they are packed.

use super::*;
use crate::math::exp2_above;
use crate::simd::Avx512;

type S = Avx512<true>;

/// Queries, and keys, of a step.
pub const SIDE: usize = 32;
/// Most channels of a head whose high and middle bits lie side by side in one tile.
const NARROW: usize = 16;

/// Pairs of the split columns or rows of 16 keys or queries.
pub fn of_a_panel(d: usize) -> usize {
    d.div_ceil(DEPTH) * SPLIT
}

#[inline]
#[target_feature(enable = "avx512f")]
unsafe fn round(x: __m512) -> (__m512i, __m512) {
    let high = _mm512_and_si512(
        _mm512_add_epi32(_mm512_castps_si512(x), _mm512_set1_epi32(0x8000)),
        _mm512_set1_epi32(0xffff_0000u32 as i32),
    );
    (high, _mm512_sub_ps(x, _mm512_castsi512_ps(high)))
}

/// High, middle and low bits, each in the upper half.
#[inline]
#[target_feature(enable = "avx512f")]
unsafe fn parts(x: __m512) -> [__m512i; 3] {
    unsafe {
        let (high, rest) = round(x);
        let (middle, rest) = round(rest);
        [high, middle, _mm512_castps_si512(rest)]
    }
}

#[inline]
#[target_feature(enable = "avx512f")]
pub unsafe fn pair(low: __m512i, high: __m512i) -> __m512i {
    _mm512_or_si512(_mm512_srli_epi32::<16>(low), high)
}

/// Splits the columns of a packed panel, [d][COLUMNS], as the right side of `multiply_heads`.
#[inline]
#[target_feature(enable = "avx512f")]
pub unsafe fn split_head_columns(from: *const f32, d: usize, to: *mut u32, top: __m512i) -> __m512i {
    unsafe {
        if d > NARROW {
            return split_columns(from, d, to, top);
        }
        let mut top = top;
        for c in 0..16 {
            let x = if c < d { _mm512_loadu_ps(from.add(c * COLUMNS)) } else { _mm512_setzero_ps() };
            top = _mm512_max_epu32(top, magnitude(x));
            let [high, middle, low] = parts(x);
            for (tile, bits) in [pair(high, high), pair(middle, middle), pair(low, high)].into_iter().enumerate() {
                _mm512_store_si512(to.add(tile * TILE + c * 16).cast(), bits);
            }
        }
        top
    }
}

/// Splits 16 rows of a head, `step` apart, of which `count` are there, as the left side of `multiply_heads`.
#[inline]
#[target_feature(enable = "avx512f")]
pub unsafe fn split_head_rows(
    from: *const f32,
    step: usize,
    count: usize,
    d: usize,
    factor: f32,
    to: *mut u32,
) -> __m512i {
    unsafe {
        let factor = _mm512_set1_ps(factor);
        let mut top = _mm512_setzero_si512();
        for i in 0..16 {
            let load = |c: usize| {
                let mask = if i < count { first(d.saturating_sub(c)) } else { 0 };
                _mm512_mul_ps(_mm512_maskz_loadu_ps(mask, from.wrapping_add(i * step + c)), factor)
            };
            if d > NARROW {
                for c in 0..d.div_ceil(DEPTH) {
                    top = split(load(c * DEPTH), load(c * DEPTH + 16), to.add(c * SPLIT + i * 16), top);
                }
            } else {
                let x = load(0);
                top = _mm512_max_epu32(top, magnitude(x));
                let [high, middle, low] = parts(x);
                _mm512_store_si512(to.add(i * 16).cast(), pair(high, middle));
                _mm512_store_si512(to.add(TILE + i * 16).cast(), pair(high, low));
            }
        }
        top
    }
}

/// 32×32 products of heads, in the registers 0 to 3: rows of two panels, columns of two panels.
#[inline]
#[target_feature(enable = "avx512f")]
pub unsafe fn multiply_heads(a: *const u32, b: *const u32, d: usize) {
    unsafe {
        zero_registers();
        let panel = of_a_panel(d);
        if d > NARROW {
            for step in 0..d.div_ceil(DEPTH) {
                let (a, b) = (a.add(step * SPLIT), b.add(step * SPLIT));
                add_products::<2, 2>([a, a.add(panel)], [b, b.add(panel)]);
            }
            return;
        }
        // High and middle bits times high, times middle bits; high and low bits times low and high.
        for part in 0..3 {
            if part != 1 {
                let a = a.add(part / 2 * TILE);
                asm!(
                    "tileloadd tmm4, [{a0} + {row}*1]", "tileloadd tmm5, [{a1} + {row}*1]",
                    a0 = in(reg) a, a1 = in(reg) a.add(panel), row = in(reg) 64usize,
                    options(nostack, readonly, preserves_flags)
                );
            }
            let b = b.add(part * TILE);
            asm!(
                "tileloadd tmm6, [{b0} + {row}*1]",
                "tileloadd tmm7, [{b1} + {row}*1]",
                "tdpbf16ps tmm0, tmm4, tmm6",
                "tdpbf16ps tmm1, tmm4, tmm7",
                "tdpbf16ps tmm2, tmm5, tmm6",
                "tdpbf16ps tmm3, tmm5, tmm7",
                b0 = in(reg) b,
                b1 = in(reg) b.add(panel),
                row = in(reg) 64usize,
                options(nostack, readonly, preserves_flags)
            );
        }
    }
}

/// Writes the registers 0 to 3: [32][row].
#[inline]
#[target_feature(enable = "avx512f")]
pub unsafe fn store_registers(to: *mut f32, row: usize) {
    unsafe {
        asm!(
            "tilestored [{to} + {row}*1], tmm0",
            "tilestored [{to} + {row}*1 + 64], tmm1",
            "tilestored [{below} + {row}*1], tmm2",
            "tilestored [{below} + {row}*1 + 64], tmm3",
            to = in(reg) to,
            below = in(reg) to.add(16 * row),
            row = in(reg) row * 4,
            options(nostack, preserves_flags)
        );
    }
}

/// Adds the product of split rows (R panels of 16) and columns (panels of 16, `panel` apart), one step of k, to c, [R·16][row].
#[inline]
#[target_feature(enable = "avx512f")]
pub unsafe fn add_to<const R: usize>(
    c: *mut f32,
    row: usize,
    columns: usize,
    a: [*const u32; 2],
    b: *const u32,
    panel: usize,
) {
    unsafe {
        for j in (0..columns).step_by(SIDE) {
            let (to, b) = (c.add(j), b.add(j / 16 * panel));
            if columns - j > 16 {
                add_panels::<R, 2>(to, row, a, [b, b.add(panel)]);
            } else {
                add_panels::<R, 1>(to, row, a, [b, b]);
            }
        }
    }
}

#[inline]
#[target_feature(enable = "avx512f")]
pub unsafe fn add_panels<const R: usize, const C: usize>(
    to: *mut f32,
    row: usize,
    a: [*const u32; 2],
    b: [*const u32; 2],
) {
    macro_rules! each {
        ($each:ident) => {
            $each!("tmm0", to);
            if C > 1 {
                $each!("tmm1", to.add(16));
            }
            if R > 1 {
                $each!("tmm2", to.add(16 * row));
            }
            if R > 1 && C > 1 {
                $each!("tmm3", to.add(16 * row + 16));
            }
        };
    }
    macro_rules! load {
        ($register:literal, $at:expr) => {
            asm!(
                concat!("tileloadd ", $register, ", [{at} + {row}*1]"),
                at = in(reg) $at, row = in(reg) row * 4, options(nostack, readonly, preserves_flags)
            )
        };
    }
    macro_rules! store {
        ($register:literal, $at:expr) => {
            asm!(
                concat!("tilestored [{at} + {row}*1], ", $register),
                at = in(reg) $at, row = in(reg) row * 4, options(nostack, preserves_flags)
            )
        };
    }
    unsafe {
        each!(load);
        add_products::<R, C>(a, b);
        each!(store);
    }
}

/// Cuts values into high, middle and low bits, truncated: what they are multiplied with is rounded, so that what is left out of the
/// products has either sign. Writes pairs of x and y.
#[inline]
#[target_feature(enable = "avx512f")]
pub unsafe fn cut(x: __m512, y: __m512, to: *mut u32) {
    unsafe {
        let mask = _mm512_set1_epi32(0xffff_0000u32 as i32);
        let high = |v: __m512| _mm512_and_si512(_mm512_castps_si512(v), mask);
        let less = |v: __m512, part: __m512i| _mm512_sub_ps(v, _mm512_castsi512_ps(part));
        let (x1, y1) = (high(x), high(y));
        _mm512_store_si512(to.cast(), pair(x1, y1));
        let (x, y) = (less(x, x1), less(y, y1));
        let (x2, y2) = (high(x), high(y));
        _mm512_store_si512(to.add(TILE).cast(), pair(x2, y2));
        let (x, y) = (less(x, x2), less(y, y2));
        _mm512_store_si512(to.add(2 * TILE).cast(), pair(_mm512_castps_si512(x), _mm512_castps_si512(y)));
    }
}

/// Keys and values of a head, split.
pub struct Head {
    pub d: usize,
    /// Keys.
    pub m: usize,
    /// [m/16][of_a_panel]
    pub keys: *const u32,
    /// [d/16][m/32][SPLIT]
    pub values: *const u32,
}

impl Head {
    /// Pairs that keys are split to; and values.
    fn pairs(d: usize, m: usize) -> (usize, usize) {
        let steps = m.div_ceil(SIDE);
        (2 * steps * of_a_panel(d), d.div_ceil(COLUMNS) * steps * SPLIT)
    }

    /// Words of memory that a head is split to.
    pub fn room(d: usize, m: usize) -> usize {
        let (keys, values) = Head::pairs(d, m);
        keys + values
    }

    /// Splits packed keys [m/COLUMNS][d][COLUMNS] and values [d/COLUMNS][m][COLUMNS], unless there is one that cannot be.
    #[target_feature(enable = "avx512f")]
    pub unsafe fn split(k_t: *const f32, v: *const f32, d: usize, m: usize, to: *mut u32) -> Option<Head> {
        unsafe {
            let (of_keys, _) = Head::pairs(d, m);
            let values = to.add(of_keys);
            let mut top = _mm512_setzero_si512();
            let panels = m.div_ceil(COLUMNS);
            for panel in 0..panels {
                top = split_head_columns(k_t.add(panel * d * COLUMNS), d, to.add(panel * of_a_panel(d)), top);
            }
            if panels % 2 == 1 {
                std::ptr::write_bytes(to.add(panels * of_a_panel(d)), 0, of_a_panel(d));
            }
            for c in 0..d.div_ceil(COLUMNS) {
                let to = values.add(c * m.div_ceil(SIDE) * SPLIT);
                top = split_columns(v.add(c * m * COLUMNS), m, to, top);
            }
            can_be_split(top).then_some(Head { d, m, keys: to, values })
        }
    }

    /// Σ 2^(q·k)·v and Σ 2^(q·k) of the queries. Scores are bounded.
    #[target_feature(enable = "avx512f,avx512dq,avx512bw,avx512vl,avx2,fma")]
    pub unsafe fn attend(&self, queries: &Queries) {
        unsafe {
            let Queries { split: q, y, row, sums, room } = *queries;
            let steps = self.m.div_ceil(SIDE);
            std::ptr::write_bytes(y, 0, SIDE * row);
            std::ptr::write_bytes(sums, 0, SIDE * 16);
            let scores: *mut f32 = (&raw mut (*room).scores).cast();
            let powers: *mut u32 = (&raw mut (*room).powers).cast();
            for step in 0..steps {
                multiply_heads(q, self.keys.add(2 * step * of_a_panel(self.d)), self.d);
                store_registers(scores, SIDE);
                let left = self.m - step * SIDE;
                if left >= SIDE {
                    raise::<true>(scores, sums, powers, left);
                } else {
                    raise::<false>(scores, sums, powers, left);
                }
                add_to::<2>(
                    y,
                    row,
                    row,
                    [powers.cast_const(), powers.add(SPLIT)],
                    self.values.add(step * SPLIT),
                    steps * SPLIT,
                );
            }
        }
    }
}

/// What blocks are computed in.
#[repr(align(64))]
pub struct Room {
    scores: [f32; SIDE * SIDE],
    powers: [u32; 2 * SPLIT],
}

/// 32 queries and what they sum up.
pub struct Queries {
    split: *mut u32,
    /// [32][row]
    pub y: *mut f32,
    pub row: usize,
    /// [32][16]
    sums: *mut f32,
    room: *mut Room,
}

impl Queries {
    /// Words of memory for queries of d channels.
    pub fn room(d: usize) -> usize {
        2 * of_a_panel(d) + SIDE * (d.next_multiple_of(COLUMNS) + 16) + size_of::<Room>() / 4
    }

    pub unsafe fn new(memory: *mut u32, d: usize) -> Queries {
        unsafe {
            let row = d.next_multiple_of(COLUMNS);
            let y = memory.add(2 * of_a_panel(d)).cast::<f32>();
            let sums = y.add(SIDE * row);
            Queries { split: memory, y, row, sums, room: sums.add(SIDE * 16).cast() }
        }
    }

    /// Splits queries, of which `count` are there, scaled. Returns the largest |q|²; NaN if one is.
    #[target_feature(enable = "avx512f")]
    pub unsafe fn split(&self, from: *const f32, step: usize, count: usize, d: usize, factor: f32) -> f32 {
        unsafe {
            for tile in 0..2 {
                let there = count.saturating_sub(tile * 16);
                let from = from.wrapping_add(tile * 16 * step);
                split_head_rows(from, step, there, d, factor, self.split.add(tile * of_a_panel(d)));
            }
            let mut largest = 0.0f32;
            for i in 0..count {
                let mut squares = _mm512_setzero_ps();
                for c in (0..d).step_by(16) {
                    let x = _mm512_maskz_loadu_ps(first(d - c), from.add(i * step + c));
                    squares = _mm512_fmadd_ps(x, x, squares);
                }
                let square = _mm512_reduce_add_ps(squares) * factor * factor;
                largest = if square > largest || square.is_nan() { square } else { largest };
            }
            largest
        }
    }

    /// Σ 2^(q·k) of a query.
    #[target_feature(enable = "avx512f")]
    pub unsafe fn sum(&self, query: usize) -> f32 {
        unsafe { _mm512_reduce_add_ps(_mm512_load_ps(self.sums.add(query * 16))) }
    }
}

/// Raises two to scores, [32][32], adds the powers to the sums of their rows, and cuts them. What is not WHOLE has fewer keys.
#[inline]
#[target_feature(enable = "avx512f,avx512dq,avx512bw,avx512vl,avx2,fma")]
unsafe fn raise<const WHOLE: bool>(scores: *const f32, sums: *mut f32, to: *mut u32, keys: usize) {
    unsafe {
        for i in 0..SIDE {
            let from = scores.add(i * SIDE);
            let mut x = exp2_above::<S>(_mm512_load_ps(from));
            let mut y = exp2_above::<S>(_mm512_load_ps(from.add(16)));
            if !WHOLE {
                x = _mm512_maskz_mov_ps(first(keys), x);
                y = _mm512_maskz_mov_ps(first(keys.saturating_sub(16)), y);
            }
            let sum = sums.add(i * 16);
            _mm512_store_ps(sum, _mm512_add_ps(_mm512_load_ps(sum), _mm512_add_ps(x, y)));
            cut(x, y, to.add(i / 16 * SPLIT + i % 16 * 16));
        }
    }
}
