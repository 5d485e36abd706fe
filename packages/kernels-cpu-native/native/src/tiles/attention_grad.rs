//! The gradient of attention on tiles, 32 keys × 32 queries at a time, with keys in rows: five products, and between the first two and the
//! others vectors. What lies past the last key or query is zero.

use super::attention::{
    SIDE, add_panels, add_to, cut, multiply_heads, of_a_panel, pair, split_head_columns, split_head_rows,
    store_registers,
};
use super::*;
use crate::math::exp2_negative;
use crate::simd::Avx512;

/// Queries that all keys go by: what they are split to stays in the second-level cache.
const QUERIES: usize = 1024;

/// A head: its numbers as they lie in memory, `step` from a row to the next, and packed.
pub struct Head {
    pub d: usize,
    pub n: usize,
    pub m: usize,
    pub step: usize,
    pub k: *const f32,
    pub v: *const f32,
    /// [n/COLUMNS][d][COLUMNS]
    pub q_t: *const f32,
    pub dy_t: *const f32,
    /// [d/COLUMNS][n][COLUMNS]
    pub q: *const f32,
    pub dy: *const f32,
    /// [n, whole vectors] −logSumExp·log₂e and Σ dy·y, zero past the last query.
    pub logs: *const f32,
    pub overlap: *const f32,
    pub score_scale: f32,
    pub scale: f32,
    pub dq: *mut f32,
    pub dk: *mut f32,
    pub dv: *mut f32,
}

/// Words of memory that are handed out one after the other.
struct Room(*mut u32);

impl Room {
    unsafe fn take(&mut self, words: usize) -> *mut u32 {
        let at = self.0;
        self.0 = self.0.wrapping_add(words.next_multiple_of(16));
        at
    }
}

/// Splits that the products read, and what they add to.
struct Work {
    /// Keys (scaled) and values as rows, [m/16][of_a_panel].
    k: *mut u32,
    v: *mut u32,
    /// Keys as columns of rows, [d/16][m/32][SPLIT].
    k_t: *mut u32,
    /// Queries and their slopes as columns, [n/16][of_a_panel].
    q_t: *mut u32,
    dy_t: *mut u32,
    /// And as rows of columns, [d/16][n/32][SPLIT].
    q: *mut u32,
    dy: *mut u32,
    /// [m][row]
    dk: *mut f32,
    dv: *mut f32,
    /// [n/32][row][32]
    dq: *mut f32,
    /// [32][32]
    scores: *mut f32,
    slopes: *mut f32,
    /// Rows are keys.
    powers: *mut u32,
    changes: *mut u32,
    /// Columns are queries.
    changes_t: *mut u32,
}

impl Head {
    /// Words of memory that `compute` wants.
    pub fn room(&self) -> usize {
        let (steps_m, steps_n, columns) = (self.m.div_ceil(SIDE), self.n.div_ceil(SIDE), self.d.div_ceil(COLUMNS));
        let panels = 4 * (steps_m + steps_n) * of_a_panel(self.d) + columns * (steps_m + 2 * steps_n) * SPLIT;
        let sums = (2 * steps_m + steps_n) * SIDE * columns * COLUMNS;
        panels + sums + 2 * SIDE * SIDE + 6 * SPLIT
    }

    fn work(&self, memory: *mut u32) -> Work {
        let (d, panel) = (self.d, of_a_panel(self.d));
        let (steps_m, steps_n) = (self.m.div_ceil(SIDE), self.n.div_ceil(SIDE));
        let (columns, row) = (d.div_ceil(COLUMNS), d.next_multiple_of(COLUMNS));
        let mut room = Room(memory);
        let mut take = |words: usize| unsafe { room.take(words) };
        Work {
            k: take(2 * steps_m * panel),
            v: take(2 * steps_m * panel),
            k_t: take(columns * steps_m * SPLIT),
            q_t: take(2 * steps_n * panel),
            dy_t: take(2 * steps_n * panel),
            q: take(columns * steps_n * SPLIT),
            dy: take(columns * steps_n * SPLIT),
            dk: take(steps_m * SIDE * row).cast(),
            dv: take(steps_m * SIDE * row).cast(),
            dq: take(steps_n * SIDE * row).cast(),
            scores: take(SIDE * SIDE).cast(),
            slopes: take(SIDE * SIDE).cast(),
            powers: take(2 * SPLIT),
            changes: take(2 * SPLIT),
            changes_t: take(2 * SPLIT),
        }
    }

    /// Computes the gradients, unless there is a number that cannot be split.
    #[target_feature(enable = "avx512f,avx512dq,avx512bw,avx512vl,avx2,fma")]
    pub unsafe fn compute(&self, memory: *mut u32) -> bool {
        unsafe {
            let work = self.work(memory);
            if !self.split(&work) {
                return false;
            }
            let row = self.d.next_multiple_of(COLUMNS);
            let (steps_m, steps_n) = (self.m.div_ceil(SIDE), self.n.div_ceil(SIDE));
            std::ptr::write_bytes(work.dk, 0, steps_m * SIDE * row);
            std::ptr::write_bytes(work.dv, 0, steps_m * SIDE * row);
            std::ptr::write_bytes(work.dq, 0, steps_n * SIDE * row);
            for from in (0..steps_n).step_by(QUERIES / SIDE) {
                let end = steps_n.min(from + QUERIES / SIDE);
                for key in 0..steps_m {
                    for query in from..end {
                        self.block(&work, key, query);
                    }
                }
            }
            self.write(&work);
            true
        }
    }

    #[inline]
    #[target_feature(enable = "avx512f,avx512dq,avx512bw,avx512vl,avx2,fma")]
    unsafe fn split(&self, work: &Work) -> bool {
        unsafe {
            let (d, n, m, panel) = (self.d, self.n, self.m, of_a_panel(self.d));
            let (steps_m, steps_n) = (m.div_ceil(SIDE), n.div_ceil(SIDE));
            let mut top = _mm512_setzero_si512();
            for i in 0..2 * steps_m {
                let (count, from, to) = (m.saturating_sub(i * 16), i * 16 * self.step, i * panel);
                let of_keys =
                    split_head_rows(self.k.wrapping_add(from), self.step, count, d, self.score_scale, work.k.add(to));
                let of_values = split_head_rows(self.v.wrapping_add(from), self.step, count, d, 1.0, work.v.add(to));
                top = _mm512_max_epu32(top, _mm512_max_epu32(of_keys, of_values));
            }
            for i in 0..2 * steps_n {
                if i * 16 >= n {
                    std::ptr::write_bytes(work.q_t.add(i * panel), 0, panel);
                    std::ptr::write_bytes(work.dy_t.add(i * panel), 0, panel);
                    continue;
                }
                top = split_head_columns(self.q_t.add(i * d * COLUMNS), d, work.q_t.add(i * panel), top);
                top = split_head_columns(self.dy_t.add(i * d * COLUMNS), d, work.dy_t.add(i * panel), top);
            }
            for c in 0..d.div_ceil(COLUMNS) {
                top = split_columns(self.q.add(c * n * COLUMNS), n, work.q.add(c * steps_n * SPLIT), top);
                top = split_columns(self.dy.add(c * n * COLUMNS), n, work.dy.add(c * steps_n * SPLIT), top);
                let columns = Columns {
                    from: self.k.add(c * COLUMNS),
                    step: self.step,
                    count: COLUMNS.min(d - c * COLUMNS),
                    k: m,
                };
                top = _mm512_max_epu32(top, columns.split(work.k_t.add(c * steps_m * SPLIT)));
            }
            for i in (0..n).step_by(16) {
                let (log, overlap) = (_mm512_loadu_ps(self.logs.add(i)), _mm512_loadu_ps(self.overlap.add(i)));
                top = _mm512_max_epu32(top, _mm512_max_epu32(magnitude(log), magnitude(overlap)));
            }
            can_be_split(top)
        }
    }

    /// Pᵀ = 2^(scale·S − lse·log₂e) and dSᵀ·√d = Pᵀ ∘ (dPᵀ − D), where Sᵀ = K·Qᵀ and dPᵀ = V·dYᵀ; then dV += Pᵀ·dY, dK += dSᵀ·Q and
    /// dQᵀ += Kᵀ·dSᵀ.
    #[inline]
    #[target_feature(enable = "avx512f,avx512dq,avx512bw,avx512vl,avx2,fma")]
    unsafe fn block(&self, work: &Work, key: usize, query: usize) {
        unsafe {
            let (d, panel) = (self.d, of_a_panel(self.d));
            let row = d.next_multiple_of(COLUMNS);
            let (steps_m, steps_n) = (self.m.div_ceil(SIDE), self.n.div_ceil(SIDE));
            multiply_heads(work.k.add(2 * key * panel), work.q_t.add(2 * query * panel), d);
            store_registers(work.scores, SIDE);
            multiply_heads(work.v.add(2 * key * panel), work.dy_t.add(2 * query * panel), d);
            store_registers(work.slopes, SIDE);
            let keys = self.m - key * SIDE;
            if keys >= SIDE {
                self.raise::<true>(work, query, keys)
            } else {
                self.raise::<false>(work, query, keys)
            }
            let two = |tiles: *mut u32| [tiles.cast_const(), tiles.add(SPLIT)];
            let at = key * SIDE * row;
            add_to::<2>(work.dv.add(at), row, row, two(work.powers), work.dy.add(query * SPLIT), steps_n * SPLIT);
            add_to::<2>(work.dk.add(at), row, row, two(work.changes), work.q.add(query * SPLIT), steps_n * SPLIT);
            for c in (0..row).step_by(2 * COLUMNS) {
                let k = work.k_t.add((c / COLUMNS * steps_m + key) * SPLIT).cast_const();
                let to = work.dq.add((query * row + c) * SIDE);
                let k = [k, k.wrapping_add(steps_m * SPLIT)];
                if row - c > COLUMNS {
                    add_panels::<2, 2>(to, SIDE, k, two(work.changes_t));
                } else {
                    add_panels::<1, 2>(to, SIDE, k, two(work.changes_t));
                }
            }
        }
    }

    /// Scores and slopes to powers and changes; what is not WHOLE has fewer keys than a block.
    #[inline]
    #[target_feature(enable = "avx512f,avx512dq,avx512bw,avx512vl,avx2,fma")]
    unsafe fn raise<const WHOLE: bool>(&self, work: &Work, query: usize, keys: usize) {
        unsafe {
            let at = query * SIDE;
            let of = |from: *const f32| {
                let second = if at + 16 < self.n { _mm512_loadu_ps(from.add(at + 16)) } else { _mm512_setzero_ps() };
                [_mm512_loadu_ps(from.add(at)), second]
            };
            let (logs, overlap) = (of(self.logs), of(self.overlap));
            let mask = _mm512_set1_epi32(0xffff_0000u32 as i32);
            for i in 0..16 {
                let mut changes = [[_mm512_setzero_ps(); 2]; 2];
                for half in 0..2 {
                    let key = half * 16 + i;
                    let mut powers = [_mm512_setzero_ps(); 2];
                    if WHOLE || key < keys {
                        for w in 0..2 {
                            let from = key * SIDE + w * 16;
                            let score = _mm512_add_ps(_mm512_load_ps(work.scores.add(from)), logs[w]);
                            powers[w] = exp2_negative::<Avx512<true>>(score);
                            let slope = _mm512_sub_ps(_mm512_load_ps(work.slopes.add(from)), overlap[w]);
                            changes[half][w] = _mm512_mul_ps(powers[w], slope);
                        }
                    }
                    cut(powers[0], powers[1], work.powers.add(half * SPLIT + i * 16));
                }
                for part in 0..3 {
                    let high = |v: __m512| {
                        let bits = _mm512_castps_si512(v);
                        if part < 2 { _mm512_and_si512(bits, mask) } else { bits }
                    };
                    let bits = [[high(changes[0][0]), high(changes[0][1])], [high(changes[1][0]), high(changes[1][1])]];
                    let to = part * TILE + i * 16;
                    for half in 0..2 {
                        let (of_key, of_queries) =
                            (work.changes.add(half * SPLIT + to), work.changes_t.add(half * SPLIT + to));
                        _mm512_store_si512(of_key.cast(), pair(bits[half][0], bits[half][1]));
                        _mm512_store_si512(of_queries.cast(), pair(bits[0][half], bits[1][half]));
                    }
                    for half in 0..2 {
                        for w in 0..2 {
                            changes[half][w] = _mm512_sub_ps(changes[half][w], _mm512_castsi512_ps(bits[half][w]));
                        }
                    }
                }
            }
        }
    }

    #[inline]
    #[target_feature(enable = "avx512f")]
    unsafe fn write(&self, work: &Work) {
        unsafe {
            let row = self.d.next_multiple_of(COLUMNS);
            let scale = self.scale;
            for i in 0..self.m {
                for c in 0..self.d {
                    *self.dk.add(i * self.step + c) = *work.dk.add(i * row + c) * scale;
                    *self.dv.add(i * self.step + c) = *work.dv.add(i * row + c);
                }
            }
            for i in 0..self.n {
                let from = work.dq.add(i / SIDE * row * SIDE + i % SIDE);
                for c in 0..self.d {
                    *self.dq.add(i * self.step + c) = *from.add(c * SIDE) * scale;
                }
            }
        }
    }
}
