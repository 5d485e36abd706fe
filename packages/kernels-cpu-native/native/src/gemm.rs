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

/// Longest run over k: longer products add to C several times.
const K_BLOCK: usize = 512;

/// Values of B that tiles of A go by one after the other, 128 kB: they stay in the second-level cache.
const B_BLOCK: usize = 1 << 15;

/// The product on this thread: a tile of rows of A, in the first-level cache, goes by a block of panels of B.
#[inline(always)]
pub unsafe fn multiply<S: Simd>(p: &Product) {
    unsafe {
        if p.m == 0 || p.n == 0 {
            return;
        }
        let wide = S::WIDE * S::LANES;
        let tiles = p.m.div_ceil(S::ROWS);
        let depth = p.k.div_ceil(p.k.div_ceil(K_BLOCK).max(1)).max(1);
        let block = (B_BLOCK / depth / wide).max(1) * wide;
        let mut k0 = 0;
        while k0 < p.k || k0 == 0 {
            let k = depth.min(p.k - k0);
            let start = if k0 == 0 { p.start } else { Start::Accumulate };
            for j0 in (0..p.n).step_by(block) {
                let end = p.n.min(j0 + block);
                for tile in 0..tiles {
                    let i = tile * p.m / tiles;
                    let rows = (tile + 1) * p.m / tiles - i;
                    for j in (j0..end).step_by(wide) {
                        let t = Tile {
                            a: p.a.add(i * p.a_row + k0 * p.a_depth),
                            a_row: p.a_row,
                            a_depth: p.a_depth,
                            b: p.b.add(j / COLUMNS * p.panel + k0 * COLUMNS + j % COLUMNS),
                            panel: p.panel,
                            k,
                            c: p.c.add(i * p.c_row + j),
                            c_row: p.c_row,
                            start,
                            bias: if start == Start::Bias { p.bias.add(j) } else { p.bias },
                            columns: wide.min(end - j),
                        };
                        t.compute::<S>(rows);
                    }
                }
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

/// Rows that one pointer serves: address arithmetic between multiply-adds takes their turns.
const ROWS_OF_A_POINTER: usize = 3;

impl Tile {
    #[inline(always)]
    unsafe fn compute<S: Simd>(&self, rows: usize) {
        unsafe { if self.a_depth == 1 { self.rows_of::<S, true>(rows) } else { self.rows_of::<S, false>(rows) } }
    }

    /// One loop for each number of rows; BY_ROWS: neighbours in a row of A are neighbours in memory, otherwise those in a column.
    #[inline(always)]
    unsafe fn rows_of<S: Simd, const BY_ROWS: bool>(&self, rows: usize) {
        unsafe {
            match rows {
                1 => self.columns_of::<S, 1, BY_ROWS>(),
                2 => self.columns_of::<S, 2, BY_ROWS>(),
                3 => self.columns_of::<S, 3, BY_ROWS>(),
                4 => self.columns_of::<S, 4, BY_ROWS>(),
                5 => self.columns_of::<S, 5, BY_ROWS>(),
                6 => self.columns_of::<S, 6, BY_ROWS>(),
                7 if S::ROWS > 6 => self.columns_of::<S, 7, BY_ROWS>(),
                8 if S::ROWS > 6 => self.columns_of::<S, 8, BY_ROWS>(),
                9 if S::ROWS > 6 => self.columns_of::<S, 9, BY_ROWS>(),
                10 if S::ROWS > 6 => self.columns_of::<S, 10, BY_ROWS>(),
                11 if S::ROWS > 6 => self.columns_of::<S, 11, BY_ROWS>(),
                _ if S::ROWS > 6 => self.columns_of::<S, 12, BY_ROWS>(),
                _ => {}
            }
        }
    }

    /// The last columns may be half of a tile or less.
    #[inline(always)]
    unsafe fn columns_of<S: Simd, const R: usize, const BY_ROWS: bool>(&self) {
        unsafe {
            let is_half = self.columns * 2 <= S::WIDE * S::LANES;
            match if is_half { S::WIDE / 2 } else { S::WIDE } {
                1 => self.product::<S, R, 1, BY_ROWS>(),
                2 => self.product::<S, R, 2, BY_ROWS>(),
                _ => self.product::<S, R, 4, BY_ROWS>(),
            }
        }
    }

    /// R rows × W vectors of C.
    #[inline(always)]
    unsafe fn product<S: Simd, const R: usize, const W: usize, const BY_ROWS: bool>(&self) {
        unsafe {
            let lanes = S::LANES;
            let whole = self.columns == W * lanes;
            let mut sums = [[S::zero(); W]; R];
            let part = |w: usize| self.columns.saturating_sub(w * lanes);
            if self.start != Start::Zero {
                for r in 0..R {
                    let from =
                        if self.start == Start::Bias { self.bias } else { self.c.add(r * self.c_row).cast_const() };
                    for w in 0..W {
                        let at = from.add(w * lanes);
                        sums[r][w] = if whole { S::load(at) } else { S::load_part(at, part(w)) };
                    }
                }
            }
            let mut b = [self.b; W];
            for w in 0..W {
                b[w] = self.b.add(w * lanes / COLUMNS * self.panel + w * lanes % COLUMNS);
            }
            let mut a = [self.a; 4];
            if BY_ROWS {
                for i in 0..R.div_ceil(ROWS_OF_A_POINTER) {
                    a[i] = self.a.add(i * ROWS_OF_A_POINTER * self.a_row);
                }
            }
            let mut left = self.k;
            while left >= 4 {
                self.add::<S, R, W, 4, BY_ROWS>(&mut a, &mut b, &mut sums);
                left -= 4;
            }
            while left > 0 {
                self.add::<S, R, W, 1, BY_ROWS>(&mut a, &mut b, &mut sums);
                left -= 1;
            }
            for r in 0..R {
                let to = self.c.add(r * self.c_row);
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

    /// Adds the products of the next K values of each row and column.
    #[inline(always)]
    unsafe fn add<S: Simd, const R: usize, const W: usize, const K: usize, const BY_ROWS: bool>(
        &self,
        a: &mut [*const f32; 4],
        b: &mut [*const f32; W],
        sums: &mut [[S::V; W]; R],
    ) {
        unsafe {
            for k in 0..K {
                let mut row = [S::zero(); W];
                for w in 0..W {
                    row[w] = S::load(b[w].add(k * COLUMNS));
                }
                for r in 0..R {
                    let x = S::splat(if BY_ROWS {
                        *a[r / ROWS_OF_A_POINTER].add(r % ROWS_OF_A_POINTER * self.a_row + k)
                    } else {
                        *a[0].add(k * self.a_depth + r)
                    });
                    for w in 0..W {
                        sums[r][w] = S::fma(x, row[w], sums[r][w]);
                    }
                }
            }
            for a in a {
                *a = a.add(if BY_ROWS { K } else { K * self.a_depth });
            }
            for b in b {
                *b = b.add(K * COLUMNS);
            }
        }
    }
}
