//! Matrix product C = A·B (+ bias, or + C). A is read where it lies; B is packed in panels of COLUMNS columns, [panel][k][COLUMNS],
//! zero-padded. All distances are in values.

use crate::simd::{COLUMNS, Simd};

/// What the accumulators start from.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Start {
    Zero,
    Accumulate,
    Bias,
}

#[derive(Clone, Copy)]
pub struct Product {
    pub m: usize,
    pub n: usize,
    pub k: usize,
    /// Row i, depth k at a + i·a_row + k·a_depth.
    pub a: *const f32,
    pub a_row: usize,
    pub a_depth: usize,
    pub b: *const f32,
    /// From a panel of B to the next.
    pub panel: usize,
    pub c: *mut f32,
    pub c_row: usize,
    pub start: Start,
    /// [n], for `Start::Bias`.
    pub bias: *const f32,
}

/// Longest run over k before the next panel's turn: the panels of a tile (32 kB) stay in the first-level cache.
const K_BLOCK: usize = 256;

/// The product on this thread.
#[inline(always)]
pub unsafe fn multiply<S: Simd>(p: &Product) {
    unsafe {
        if p.m == 0 || p.n == 0 {
            return;
        }
        let wide = S::WIDE * S::LANES;
        let tiles = p.m.div_ceil(S::ROWS);
        let depth = p.k.div_ceil(p.k.div_ceil(K_BLOCK).max(1)).max(1);
        let mut k0 = 0;
        while k0 < p.k || k0 == 0 {
            let k = depth.min(p.k - k0);
            let start = if k0 == 0 { p.start } else { Start::Accumulate };
            let mut j = 0;
            while j < p.n {
                let columns = wide.min(p.n - j);
                let b = p.b.add(j / COLUMNS * p.panel + k0 * COLUMNS + j % COLUMNS);
                for tile in 0..tiles {
                    let i = tile * p.m / tiles;
                    let rows = (tile + 1) * p.m / tiles - i;
                    let t = Tile {
                        a: p.a.add(i * p.a_row + k0 * p.a_depth),
                        a_row: p.a_row,
                        a_depth: p.a_depth,
                        b,
                        panel: p.panel,
                        k,
                        c: p.c.add(i * p.c_row + j),
                        c_row: p.c_row,
                        start,
                        bias: if start == Start::Bias { p.bias.add(j) } else { p.bias },
                        columns,
                    };
                    if columns * 2 > wide {
                        rows_of::<S, 0>(&t, rows);
                    } else {
                        rows_of::<S, 1>(&t, rows);
                    }
                }
                j += wide;
            }
            k0 += depth;
        }
    }
}

struct Tile {
    a: *const f32,
    a_row: usize,
    a_depth: usize,
    b: *const f32,
    panel: usize,
    k: usize,
    c: *mut f32,
    c_row: usize,
    start: Start,
    bias: *const f32,
    columns: usize,
}

/// One loop for each number of rows; HALF: of half the columns.
#[inline(always)]
unsafe fn rows_of<S: Simd, const HALF: usize>(t: &Tile, rows: usize) {
    unsafe {
        match rows {
            1 => columns_of::<S, 1, HALF>(t),
            2 => columns_of::<S, 2, HALF>(t),
            3 => columns_of::<S, 3, HALF>(t),
            4 => columns_of::<S, 4, HALF>(t),
            5 => columns_of::<S, 5, HALF>(t),
            6 => columns_of::<S, 6, HALF>(t),
            7 if S::ROWS > 6 => columns_of::<S, 7, HALF>(t),
            8 if S::ROWS > 6 => columns_of::<S, 8, HALF>(t),
            9 if S::ROWS > 6 => columns_of::<S, 9, HALF>(t),
            10 if S::ROWS > 6 => columns_of::<S, 10, HALF>(t),
            11 if S::ROWS > 6 => columns_of::<S, 11, HALF>(t),
            _ if S::ROWS > 6 => columns_of::<S, 12, HALF>(t),
            _ => {}
        }
    }
}

#[inline(always)]
unsafe fn columns_of<S: Simd, const R: usize, const HALF: usize>(t: &Tile) {
    unsafe {
        match S::WIDE >> HALF {
            1 => tile::<S, R, 1>(t),
            2 => tile::<S, R, 2>(t),
            _ => tile::<S, R, 4>(t),
        }
    }
}

/// R rows × W vectors of C.
#[inline(always)]
unsafe fn tile<S: Simd, const R: usize, const W: usize>(t: &Tile) {
    unsafe {
        let lanes = S::LANES;
        let whole = t.columns == W * lanes;
        let mut sums = [[S::zero(); W]; R];
        let part = |w: usize| t.columns.saturating_sub(w * lanes);
        if t.start != Start::Zero {
            for r in 0..R {
                let from = if t.start == Start::Bias { t.bias } else { t.c.add(r * t.c_row).cast_const() };
                for w in 0..W {
                    let at = from.add(w * lanes);
                    sums[r][w] = if whole { S::load(at) } else { S::load_part(at, part(w)) };
                }
            }
        }
        let mut b = [t.b; W];
        for w in 0..W {
            b[w] = t.b.add(w * lanes / COLUMNS * t.panel + w * lanes % COLUMNS);
        }
        let mut a = t.a;
        for _ in 0..t.k {
            let mut row = [S::zero(); W];
            for w in 0..W {
                row[w] = S::load(b[w]);
                b[w] = b[w].add(COLUMNS);
            }
            for r in 0..R {
                let x = S::splat(*a.add(r * t.a_row));
                for w in 0..W {
                    sums[r][w] = S::fma(x, row[w], sums[r][w]);
                }
            }
            a = a.add(t.a_depth);
        }
        for r in 0..R {
            let to = t.c.add(r * t.c_row);
            for w in 0..W {
                let at = to.add(w * lanes);
                if whole {
                    S::store(at, sums[r][w]);
                } else {
                    S::store_part(at, sums[r][w], part(w));
                }
            }
        }
    }
}
