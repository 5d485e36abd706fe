//! The matrix product of `gemm.rs` on tiles.

use super::*;
use crate::gemm::{Product, Start};

/// Longest run over k: the split rows of two tiles, 24 kB, stay in the first-level cache.
const K_BLOCK: usize = 128;
/// Columns of B that are split at a time: 192 kB, in the second-level cache.
const COLUMN_BLOCK: usize = 256;

/// Rows and columns of C that are computed at a time.
const SIDE: usize = 32;

/// Words for split rows of A, split columns of B, and a part of C.
const OF_A: usize = 2 * (K_BLOCK / DEPTH) * SPLIT;
const OF_B: usize = COLUMN_BLOCK / COLUMNS * (K_BLOCK / DEPTH) * SPLIT;
const OF_C: usize = SIDE * SIDE;

/// Whether tiles are quicker, in turns as they were measured: splitting takes its time, more where it transposes, and what a tile spans past
/// the matrix is for nothing.
fn are_worth_it(p: &Product) -> bool {
    let whole = p.m.next_multiple_of(ROWS) * p.n.next_multiple_of(COLUMNS) * p.k.next_multiple_of(DEPTH);
    let of_a = p.m * p.k * if p.a_depth == 1 { 11 } else { 18 };
    let tiles = whole / 45 + (of_a + p.k * p.n * 11) / 20 + 500;
    tiles < p.m * p.n.next_multiple_of(COLUMNS) * p.k / 26
}

pub unsafe fn multiply(p: &Product) {
    unsafe {
        if !are_worth_it(p) {
            return crate::simd::multiply_avx512(p);
        }
        with_scratch(OF_A + OF_B + OF_C, |room| {
            configure();
            multiply_with(p, room, room.add(OF_A), room.add(OF_A + OF_B).cast());
            release();
        });
    }
}

#[inline]
#[target_feature(enable = "avx512f")]
unsafe fn multiply_with(p: &Product, a: *mut u32, b: *mut u32, part: *mut f32) {
    unsafe {
        for k0 in (0..p.k).step_by(K_BLOCK) {
            let k = K_BLOCK.min(p.k - k0);
            let start = if k0 == 0 { p.start } else { Start::Accumulate };
            let distance = k.div_ceil(DEPTH) * SPLIT;
            for j0 in (0..p.n).step_by(COLUMN_BLOCK) {
                let n = COLUMN_BLOCK.min(p.n - j0);
                let panels = p.b.add(j0 / COLUMNS * p.panel + k0 * COLUMNS);
                let mut top = _mm512_setzero_si512();
                for j in 0..n.div_ceil(COLUMNS) {
                    top = split_columns(panels.add(j * p.panel), k, b.add(j * distance), top);
                }
                let are_columns_split = can_be_split(top);
                for i in (0..p.m).step_by(SIDE) {
                    let rows = Product {
                        m: SIDE.min(p.m - i),
                        n,
                        k,
                        a: p.a.add(i * p.a_row + k0 * p.a_depth),
                        b: panels,
                        c: p.c.add(i * p.c_row + j0),
                        start,
                        bias: if start == Start::Bias { p.bias.add(j0) } else { p.bias },
                        ..*p
                    };
                    if !are_columns_split || !can_be_split(split_rows(&rows, a, distance)) {
                        crate::simd::multiply_avx512(&rows);
                        continue;
                    }
                    for j in (0..n).step_by(SIDE) {
                        let at = b.add(j / COLUMNS * distance);
                        match (rows.m > ROWS, n - j > COLUMNS) {
                            (true, true) => add_tiles::<2, 2>(&rows, j, a, at, distance, part),
                            (true, false) => add_tiles::<2, 1>(&rows, j, a, at, distance, part),
                            (false, true) => add_tiles::<1, 2>(&rows, j, a, at, distance, part),
                            (false, false) => add_tiles::<1, 1>(&rows, j, a, at, distance, part),
                        }
                    }
                }
            }
        }
    }
}

#[inline]
#[target_feature(enable = "avx512f")]
unsafe fn split_rows(p: &Product, to: *mut u32, distance: usize) -> __m512i {
    unsafe {
        let mut top = _mm512_setzero_si512();
        for (tile, i) in (0..p.m).step_by(ROWS).enumerate() {
            let (from, count, to) = (p.a.add(i * p.a_row), ROWS.min(p.m - i), to.add(tile * distance));
            let of_rows = if p.a_depth == 1 {
                Rows { from, step: p.a_row, count, k: p.k }.split(to)
            } else {
                Columns { from, step: p.a_depth, count, k: p.k }.split(to)
            };
            top = _mm512_max_epu32(top, of_rows);
        }
        top
    }
}

/// Up to 32×32 values of C from split rows and columns, `distance` from one tile of them to the next.
#[inline]
#[target_feature(enable = "avx512f")]
unsafe fn add_tiles<const R: usize, const C: usize>(
    p: &Product,
    j: usize,
    a: *const u32,
    b: *const u32,
    distance: usize,
    part: *mut f32,
) {
    unsafe {
        let columns = SIDE.min(p.n - j);
        let c = p.c.add(j);
        // Whole tiles start from and end in C, or start from rows that are all the bias; others by way of a copy.
        let is_wide = columns == C * COLUMNS;
        let is_whole = is_wide && p.m == R * ROWS;
        let (mut from, mut from_row) = match p.start {
            Start::Bias => (p.bias.add(j), 0),
            _ => (c.cast_const(), p.c_row),
        };
        let masks = [first(columns), first(columns.saturating_sub(COLUMNS))];
        if p.start != Start::Zero && !(is_whole || is_wide && p.start == Start::Bias) {
            for i in 0..p.m {
                for half in 0..C {
                    let x = _mm512_maskz_loadu_ps(masks[half], from.add(i * from_row + half * COLUMNS));
                    _mm512_storeu_ps(part.add(i * SIDE + half * COLUMNS), x);
                }
            }
            (from, from_row) = (part.cast_const(), SIDE);
        }
        macro_rules! each {
            ($each:ident) => {
                $each!("tmm0", 0, 0);
                if C > 1 {
                    $each!("tmm1", 0, COLUMNS);
                }
                if R > 1 {
                    $each!("tmm2", ROWS, 0);
                }
                if R > 1 && C > 1 {
                    $each!("tmm3", ROWS, COLUMNS);
                }
            };
        }
        macro_rules! zero {
            ($register:literal, $i:expr, $j:expr) => {
                asm!(concat!("tilezero ", $register), options(nostack, nomem, preserves_flags))
            };
        }
        macro_rules! load {
            ($register:literal, $i:expr, $j:expr) => {
                asm!(
                    concat!("tileloadd ", $register, ", [{from} + {row}*1]"),
                    from = in(reg) from.add($i * from_row + $j), row = in(reg) from_row * 4,
                    options(nostack, readonly, preserves_flags)
                )
            };
        }
        if p.start == Start::Zero {
            each!(zero);
        } else {
            each!(load);
        }
        for step in 0..p.k.div_ceil(DEPTH) {
            let (a, b) = (a.add(step * SPLIT), b.add(step * SPLIT));
            add_products::<R, C>([a, a.wrapping_add(distance)], [b, b.wrapping_add(distance)]);
        }
        let (to, to_row) = if is_whole { (c, p.c_row) } else { (part, SIDE) };
        macro_rules! store {
            ($register:literal, $i:expr, $j:expr) => {
                asm!(
                    concat!("tilestored [{to} + {row}*1], ", $register),
                    to = in(reg) to.add($i * to_row + $j), row = in(reg) to_row * 4, options(nostack, preserves_flags)
                )
            };
        }
        each!(store);
        if !is_whole {
            for i in 0..p.m {
                for half in 0..C {
                    let x = _mm512_loadu_ps(part.add(i * SIDE + half * COLUMNS));
                    _mm512_mask_storeu_ps(c.add(i * p.c_row + half * COLUMNS), masks[half], x);
                }
            }
        }
    }
}
