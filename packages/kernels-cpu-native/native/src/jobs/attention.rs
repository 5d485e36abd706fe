//! Multi-head attention block by block (Dao et al. 2022, arXiv:2205.14135): a tile of scores at a time, with the running maximum and sum
//! of each query; never the N×M matrix. q, k, v lie as [images][rows][channels], a head is d neighbouring channels. Scores are scaled by
//! log₂e/√d, so that 2^x does for e^x.
//!
//! Queries lie in the lanes: a tile of scores is [keys][queries], which is what the product with V reads, and sums over keys need no
//! sum over lanes. Packed panels of Kᵀ and V are read as the left side of the products.

use super::gemm::packed;
use crate::arguments::{AttentionArguments, AttentionGradArguments, LargestKeyArguments};
use crate::gemm::{Product, Start};
use crate::job::{Job, Setting};
use crate::math::{exp2_above, exp2_negative};
use crate::memory::{Fault, area, check, positive, size};
use crate::simd::{COLUMNS, Simd};
#[cfg(target_arch = "x86_64")]
use crate::tiles::{attention as tiles, attention_grad::Head, configure, release, with_scratch};
use std::f32::consts::LN_2;
#[cfg(target_arch = "x86_64")]
use std::ops::Range;
use std::ptr::null;

/// Scores above this (as powers of 2, either sign) need their query's maximum taken away; below, 2^score and sums of thousands of them
/// are far from the ends of float32.
const SAFE_SCORE: f32 = 60.0;

/// Queries and keys from which on AMX's tiles are worth the splitting.
#[cfg(target_arch = "x86_64")]
const ON_TILES: usize = 48;

/// Vectors of queries at a time.
const W: usize = 2;
/// Most queries at a time, on any level.
const MOST_QUERIES: usize = 2 * COLUMNS;

/// The largest lane; NaN if one is.
#[inline(always)]
unsafe fn largest<S: Simd>(v: S::V) -> f32 {
    unsafe {
        let mut lanes = [0.0f32; COLUMNS];
        S::store(lanes.as_mut_ptr(), v);
        lanes[..S::LANES].iter().fold(lanes[0], |top, &x| if x > top || x.is_nan() { x } else { top })
    }
}

/// The largest |k_j|² of a head; chunk (image, head).
pub struct LargestKey {
    k_t: *const f32,
    per_head: usize,
    d: usize,
    keys: usize,
    to: *mut f32,
    heads: usize,
}

impl Job for LargestKey {
    type Arguments = LargestKeyArguments;

    fn prepare(args: &LargestKeyArguments, s: &Setting) -> Result<Self, Fault> {
        let (d, keys, heads) = (size(args.d)?, size(args.keys)?, s.chunks);
        let per_head = args.bytes_per_head as usize / 4;
        check(per_head >= packed(d, keys)?, "heads that overlap")?;
        Ok(LargestKey {
            k_t: s.memory.floats(args.k_t, area(&[heads, per_head])?)?,
            per_head,
            d,
            keys,
            to: s.memory.floats(args.to, heads)?,
            heads,
        })
    }

    fn chunks(&self) -> usize {
        self.heads
    }

    #[inline(always)]
    unsafe fn run<S: Simd>(&self, chunk: usize, _thread: usize) {
        unsafe {
            let mut top = S::zero();
            for panel in 0..self.keys.div_ceil(COLUMNS) {
                let from = self.k_t.add(chunk * self.per_head + panel * self.d * COLUMNS);
                let mut lane = 0;
                while lane < COLUMNS {
                    let mut sum = S::zero();
                    for c in 0..self.d {
                        let x = S::load(from.add(c * COLUMNS + lane));
                        sum = S::fma(x, x, sum);
                    }
                    top = S::max(top, sum); // NaN stays: such a head takes the careful way
                    lane += S::LANES;
                }
            }
            *self.to.add(chunk) = largest::<S>(top);
        }
    }
}

/// Attention; chunk (image, head, block of queries).
pub struct Attention {
    q: *const f32,
    k_t: *const f32,
    v: *const f32,
    y: *mut f32,
    log_sum_exp: *mut f32,
    heads: usize,
    d: usize,
    n: usize,
    m: usize,
    channels: usize,
    query_block: usize,
    key_block: usize,
    scale: f32,
    memory: *mut f32,
    per_thread: usize,
    k_head: usize,
    v_head: usize,
    largest_key: *const f32,
    images: usize,
}

/// Most keys at a time: their scores and the panels that are multiplied stay in the first-level cache.
const KEYS: usize = 128;

impl Job for Attention {
    type Arguments = AttentionArguments;

    fn prepare(args: &AttentionArguments, s: &Setting) -> Result<Self, Fault> {
        let (heads, n, m, channels) = (positive(args.heads)?, positive(args.n)?, size(args.m)?, size(args.channels)?);
        check(channels.is_multiple_of(heads), "channels that heads do not divide")?;
        let d = channels / heads;
        let query_block = positive(args.query_block)?;
        let key_block = KEYS.min(m.next_multiple_of(COLUMNS)).max(COLUMNS);
        let images = s.chunks.div_ceil(area(&[heads, n.div_ceil(query_block)])?);
        let (k_head, v_head) = (args.k_t_bytes as usize / 4, args.v_bytes as usize / 4);
        check(k_head >= packed(d, m)? && v_head >= packed(m, d)?, "heads that overlap")?;
        let per_thread = args.bytes_per_thread as usize / 4;
        let queries = area(&[images, n, channels])?;
        let needed = area(&[MOST_QUERIES, key_block + d + d.next_multiple_of(COLUMNS)])?;
        check(per_thread >= needed, "too little memory for a thread")?;
        Ok(Attention {
            q: s.memory.floats(args.q, queries)?,
            k_t: s.memory.floats(args.k_t, area(&[images, heads, k_head])?)?,
            v: s.memory.floats(args.v, area(&[images, heads, v_head])?)?,
            y: s.memory.floats(args.y, queries)?,
            log_sum_exp: s.memory.floats(args.log_sum_exp, area(&[images, heads, n])?)?,
            heads,
            d,
            n,
            m,
            channels,
            query_block,
            key_block,
            scale: args.scale,
            memory: s.memory.floats(args.memory, area(&[per_thread, s.threads])?)?,
            per_thread,
            k_head,
            v_head,
            largest_key: s.memory.floats(args.largest_key, area(&[images, heads])?)?,
            images,
        })
    }

    fn chunks(&self) -> usize {
        self.images * self.heads * self.n.div_ceil(self.query_block)
    }

    #[inline(always)]
    unsafe fn run<S: Simd>(&self, chunk: usize, thread: usize) {
        unsafe {
            let blocks = self.n.div_ceil(self.query_block);
            let head = chunk / blocks;
            let first = chunk % blocks * self.query_block;
            let end = self.n.min(first + self.query_block);
            #[cfg(target_arch = "x86_64")]
            if S::TILES && end - first >= ON_TILES && self.m >= ON_TILES {
                return self.queries_on_tiles(head, first..end, thread);
            }
            let mut query = first;
            while query < end {
                let count = (W * S::LANES).min(end - query);
                self.queries::<S>(head, query, count, thread);
                query += count;
            }
        }
    }
}

impl Attention {
    /// W vectors of queries, or the last of them, with all keys.
    #[inline(always)]
    unsafe fn queries<S: Simd>(&self, head: usize, first: usize, count: usize, thread: usize) {
        unsafe {
            let wide = W * S::LANES;
            let (d, m) = (self.d, self.m);
            let offset = (head / self.heads * self.n + first) * self.channels + head % self.heads * d;
            let q = self.memory.add(thread * self.per_thread); // [d][wide], scaled
            let sums_of_values = q.add(d * wide); // [d][wide]
            let scores = sums_of_values.add(d.next_multiple_of(COLUMNS) * wide); // [key_block][wide]
            let from = self.q.add(offset);
            for c in 0..d {
                for i in 0..wide {
                    *q.add(c * wide + i) = if i < count { *from.add(i * self.channels + c) * self.scale } else { 0.0 };
                }
            }
            std::ptr::write_bytes(sums_of_values, 0, d.next_multiple_of(COLUMNS) * wide);
            let k_t = self.k_t.add(head * self.k_head);
            let v = self.v.add(head * self.v_head);
            // |q·k| ≤ |q|·|k|
            let mut squares = [S::zero(); W];
            for c in 0..d {
                for w in 0..W {
                    let x = S::load(q.add(c * wide + w * S::LANES));
                    squares[w] = S::fma(x, x, squares[w]);
                }
            }
            let bound = (largest::<S>(S::max(squares[0], squares[1])) * *self.largest_key.add(head)).sqrt();
            let is_bounded = bound <= SAFE_SCORE;
            let mut tops = [S::splat(if is_bounded { 0.0 } else { f32::NEG_INFINITY }); W];
            let mut sums = [S::zero(); W];
            let mut key = 0;
            while key < m {
                let keys = self.key_block.min(m - key);
                let panels = k_t.add(key * d);
                if is_bounded {
                    score::<S, true>(panels, d, q, keys, scores, &mut sums);
                } else {
                    score::<S, false>(panels, d, q, keys, scores, &mut sums);
                    subtract_top::<S>(scores, keys, &mut tops, &mut sums, sums_of_values, d);
                }
                weigh::<S>(v.add(key * COLUMNS), m * COLUMNS, d, scores, keys, sums_of_values);
                key += keys;
            }
            let mut factors = [0.0f32; MOST_QUERIES];
            let mut logs = [0.0f32; MOST_QUERIES];
            for w in 0..W {
                S::store(factors.as_mut_ptr().add(w * S::LANES), sums[w]);
                S::store(logs.as_mut_ptr().add(w * S::LANES), tops[w]);
            }
            for i in 0..count {
                let log = logs[i] * LN_2 + libm::log(f64::from(factors[i])) as f32;
                *self.log_sum_exp.add(head * self.n + first + i) = log;
                factors[i] = 1.0 / factors[i];
                let y = self.y.add(offset + i * self.channels);
                for c in 0..d {
                    *y.add(c) = *sums_of_values.add(c * wide + i) * factors[i];
                }
            }
        }
    }
}

#[cfg(target_arch = "x86_64")]
impl Attention {
    /// Queries with all keys, on AMX's tiles where scores are bounded and numbers finite.
    #[target_feature(enable = "avx512f,avx512dq,avx512bw,avx512vl,avx2,fma")]
    unsafe fn queries_on_tiles(&self, head: usize, queries: Range<usize>, thread: usize) {
        unsafe {
            let (d, m) = (self.d, self.m);
            let q = self.q.add(head / self.heads * self.n * self.channels + head % self.heads * d);
            with_scratch(tiles::Head::room(d, m) + tiles::Queries::room(d), |room| {
                let split =
                    tiles::Head::split(self.k_t.add(head * self.k_head), self.v.add(head * self.v_head), d, m, room);
                configure();
                let work = tiles::Queries::new(room.add(tiles::Head::room(d, m)), d);
                for first in queries.clone().step_by(tiles::SIDE) {
                    let count = tiles::SIDE.min(queries.end - first);
                    let largest = work.split(q.add(first * self.channels), self.channels, count, d, self.scale);
                    let is_bounded = (largest * *self.largest_key.add(head)).sqrt() <= SAFE_SCORE;
                    match &split {
                        Some(keys) if is_bounded => {
                            keys.attend(&work);
                            self.write(head, first, count, &work);
                        }
                        _ => self.queries::<crate::simd::Avx512<true>>(head, first, count, thread),
                    }
                }
                release();
            });
        }
    }

    /// Divides what queries have summed up.
    #[target_feature(enable = "avx512f")]
    unsafe fn write(&self, head: usize, first: usize, count: usize, work: &tiles::Queries) {
        unsafe {
            let offset = (head / self.heads * self.n + first) * self.channels + head % self.heads * self.d;
            for i in 0..count {
                let sum = work.sum(i);
                *self.log_sum_exp.add(head * self.n + first + i) = libm::log(f64::from(sum)) as f32;
                let (from, y, factor) = (work.y.add(i * work.row), self.y.add(offset + i * self.channels), 1.0 / sum);
                for c in 0..self.d {
                    *y.add(c) = *from.add(c) * factor;
                }
            }
        }
    }
}

/// The scores of a block of keys, [keys][wide]; or, BOUNDED, 2^score, which are added to the sums.
#[inline(always)]
unsafe fn score<S: Simd, const BOUNDED: bool>(
    panels: *const f32,
    d: usize,
    q: *const f32,
    keys: usize,
    to: *mut f32,
    sums: &mut [S::V; W],
) {
    unsafe {
        if S::TALL {
            score_rows::<S, 8, BOUNDED>(panels, d, q, keys, to, sums);
        } else {
            score_rows::<S, 4, BOUNDED>(panels, d, q, keys, to, sums);
        }
    }
}

#[inline(always)]
unsafe fn score_rows<S: Simd, const R: usize, const BOUNDED: bool>(
    panels: *const f32,
    d: usize,
    q: *const f32,
    keys: usize,
    to: *mut f32,
    sums: &mut [S::V; W],
) {
    unsafe {
        let wide = W * S::LANES;
        let mut key = 0;
        while key < keys {
            let tile =
                product::<S, R>(panels.add(key / COLUMNS * d * COLUMNS + key % COLUMNS), d, q, [[S::zero(); W]; R]);
            for r in 0..R {
                // Past the last key lie zeros of a panel, which are no keys.
                if key + r >= keys {
                    break;
                }
                for w in 0..W {
                    let p = if BOUNDED { exp2_above::<S>(tile[r][w]) } else { tile[r][w] };
                    if BOUNDED {
                        sums[w] = S::add(sums[w], p);
                    }
                    S::store(to.add((key + r) * wide + w * S::LANES), p);
                }
            }
            key += R;
        }
    }
}

/// R rows × W vectors of a product whose left side is a packed panel, read as columns: a[depth][COLUMNS]·b[depth][wide].
#[inline(always)]
unsafe fn product<S: Simd, const R: usize>(
    mut a: *const f32,
    depth: usize,
    mut b: *const f32,
    mut sums: [[S::V; W]; R],
) -> [[S::V; W]; R] {
    unsafe {
        for _ in 0..depth {
            let mut row = [S::zero(); W];
            for w in 0..W {
                row[w] = S::load(b.add(w * S::LANES));
            }
            for r in 0..R {
                let x = S::splat(*a.add(r));
                for w in 0..W {
                    sums[r][w] = S::fma(x, row[w], sums[r][w]);
                }
            }
            a = a.add(COLUMNS);
            b = b.add(W * S::LANES);
        }
        sums
    }
}

/// Turns scores into 2^(score − top) in place, with the maximum of what was seen until now, and lets what was summed up decay.
#[inline(always)]
unsafe fn subtract_top<S: Simd>(
    scores: *mut f32,
    keys: usize,
    tops: &mut [S::V; W],
    sums: &mut [S::V; W],
    sums_of_values: *mut f32,
    d: usize,
) {
    unsafe {
        let wide = W * S::LANES;
        for w in 0..W {
            let at = |key: usize| scores.add(key * wide + w * S::LANES);
            let before = tops[w];
            let mut top = before;
            for key in 0..keys {
                top = S::larger(top, S::load(at(key)));
            }
            tops[w] = top;
            let was_empty = S::eq(before, S::splat(f32::NEG_INFINITY));
            let decay = S::select(was_empty, S::zero(), exp2_negative::<S>(S::sub(before, top)));
            let mut sum = S::mul(sums[w], decay);
            for key in 0..keys {
                let p = exp2_negative::<S>(S::sub(S::load(at(key)), top));
                S::store(at(key), p);
                sum = S::add(sum, p);
            }
            sums[w] = sum;
            for c in 0..d {
                let value = sums_of_values.add(c * wide + w * S::LANES);
                S::store(value, S::mul(S::load(value), decay));
            }
        }
    }
}

/// Adds Vᵀ·P of a block of keys: [d][wide].
#[inline(always)]
unsafe fn weigh<S: Simd>(v: *const f32, panel: usize, d: usize, p: *const f32, keys: usize, to: *mut f32) {
    unsafe {
        if S::TALL {
            weigh_rows::<S, 8>(v, panel, d, p, keys, to);
        } else {
            weigh_rows::<S, 4>(v, panel, d, p, keys, to);
        }
    }
}

#[inline(always)]
unsafe fn weigh_rows<S: Simd, const R: usize>(
    v: *const f32,
    panel: usize,
    d: usize,
    p: *const f32,
    keys: usize,
    to: *mut f32,
) {
    unsafe {
        let wide = W * S::LANES;
        let mut c = 0;
        while c < d {
            let mut sums = [[S::zero(); W]; R];
            for r in 0..R {
                for w in 0..W {
                    sums[r][w] = S::load(to.add((c + r) * wide + w * S::LANES));
                }
            }
            let sums = product::<S, R>(v.add(c / COLUMNS * panel + c % COLUMNS), keys, p, sums);
            for r in 0..R {
                for w in 0..W {
                    S::store(to.add((c + r) * wide + w * S::LANES), sums[r][w]);
                }
            }
            c += R;
        }
    }
}

/// The gradient of attention; chunk (image, head).
pub struct AttentionGrad {
    k: *const f32,
    v: *const f32,
    y: *const f32,
    dy: *const f32,
    log_sum_exp: *const f32,
    dq: *mut f32,
    dk: *mut f32,
    dv: *mut f32,
    heads: usize,
    d: usize,
    n: usize,
    m: usize,
    channels: usize,
    key_block: usize,
    query_block: usize,
    score_scale: f32,
    scale: f32,
    memory: *mut f32,
    per_thread: usize,
    q_t: *const f32,
    dy_t: *const f32,
    q_packed: *const f32,
    dy_packed: *const f32,
    k_packed: *const f32,
    transposed_head: usize,
    query_head: usize,
    key_head: usize,
    chunks: usize,
}

impl Job for AttentionGrad {
    type Arguments = AttentionGradArguments;

    fn prepare(args: &AttentionGradArguments, s: &Setting) -> Result<Self, Fault> {
        let (heads, n, m, channels) = (positive(args.heads)?, size(args.n)?, size(args.m)?, size(args.channels)?);
        check(channels.is_multiple_of(heads), "channels that heads do not divide")?;
        let d = channels / heads;
        let (key_block, query_block) = (positive(args.key_block)?, positive(args.query_block)?);
        check(query_block.is_multiple_of(COLUMNS), "a block of queries that splits a panel")?;
        let chunks = s.chunks;
        let images = chunks.div_ceil(heads);
        let (queries, keys) = (area(&[images, n, channels])?, area(&[images, m, channels])?);
        let transposed_head = args.transposed_bytes as usize / 4;
        let (query_head, key_head) = (args.query_bytes as usize / 4, args.key_bytes as usize / 4);
        check(transposed_head >= packed(d, n)?, "heads that overlap")?;
        check(query_head >= packed(n, d)? && key_head >= packed(m, d)?, "heads that overlap")?;
        let per_thread = args.bytes_per_thread as usize / 4;
        let needed = 2 * area(&[n.next_multiple_of(COLUMNS)])? + 2 * area(&[key_block, query_block])?;
        check(per_thread >= needed, "too little memory for a thread")?;
        let at = |address: u32, count: usize| s.memory.floats(address, count);
        let of_heads = |address: u32, one: usize| s.memory.floats(address, area(&[chunks, one])?);
        Ok(AttentionGrad {
            k: at(args.k, keys)?,
            v: at(args.v, keys)?,
            y: at(args.y, queries)?,
            dy: at(args.dy, queries)?,
            log_sum_exp: at(args.log_sum_exp, area(&[chunks, n])?)?,
            dq: at(args.dq, queries)?,
            dk: at(args.dk, keys)?,
            dv: at(args.dv, keys)?,
            heads,
            d,
            n,
            m,
            channels,
            key_block,
            query_block,
            score_scale: args.score_scale,
            scale: args.scale,
            memory: at(args.memory, area(&[per_thread, s.threads])?)?,
            per_thread,
            q_t: of_heads(args.q_t, transposed_head)?,
            dy_t: of_heads(args.dy_t, transposed_head)?,
            q_packed: of_heads(args.q_packed, query_head)?,
            dy_packed: of_heads(args.dy_packed, query_head)?,
            k_packed: of_heads(args.k_packed, key_head)?,
            transposed_head,
            query_head,
            key_head,
            chunks,
        })
    }

    fn chunks(&self) -> usize {
        self.chunks
    }

    #[inline(always)]
    unsafe fn run<S: Simd>(&self, chunk: usize, thread: usize) {
        unsafe {
            let (n, m, d, channels) = (self.n, self.m, self.d, self.channels);
            let (image, head) = (chunk / self.heads, chunk % self.heads);
            let offset_n = image * n * channels + head * d;
            let offset_m = image * m * channels + head * d;
            let (k, v) = (self.k.add(offset_m), self.v.add(offset_m));
            let (y, dy) = (self.y.add(offset_n), self.dy.add(offset_n));
            let (dq, dk, dv) = (self.dq.add(offset_n), self.dk.add(offset_m), self.dv.add(offset_m));
            let q_t = self.q_t.add(chunk * self.transposed_head);
            let dy_t = self.dy_t.add(chunk * self.transposed_head);
            let q_packed = self.q_packed.add(chunk * self.query_head);
            let dy_packed = self.dy_packed.add(chunk * self.query_head);
            let k_packed = self.k_packed.add(chunk * self.key_head);
            let overlap = self.memory.add(thread * self.per_thread); // [N] Σ dy·y
            let logs = overlap.add(n.next_multiple_of(COLUMNS)); // [N] −logSumExp·log₂e
            let scores = logs.add(n.next_multiple_of(COLUMNS));
            let width = self.query_block;
            let slopes = scores.add(self.key_block * width);
            for i in 0..n {
                let (dy, y) = (dy.add(i * channels), y.add(i * channels));
                let mut sum = S::zero();
                let mut c = 0;
                while c < d {
                    sum = S::fma(S::load_part(dy.add(c), d - c), S::load_part(y.add(c), d - c), sum);
                    c += S::LANES;
                }
                *overlap.add(i) = S::sum(sum);
                *logs.add(i) = -*self.log_sum_exp.add(chunk * n + i) / LN_2;
            }
            #[cfg(target_arch = "x86_64")]
            if S::TILES && n >= ON_TILES && m >= ON_TILES {
                let padded = n.next_multiple_of(COLUMNS);
                std::ptr::write_bytes(logs.add(n), 0, padded - n);
                std::ptr::write_bytes(overlap.add(n), 0, padded - n);
                let (score_scale, scale) = (self.score_scale, self.scale);
                let head = Head {
                    d,
                    n,
                    m,
                    step: channels,
                    k,
                    v,
                    q_t,
                    dy_t,
                    q: q_packed,
                    dy: dy_packed,
                    logs,
                    overlap,
                    score_scale,
                    scale,
                    dq,
                    dk,
                    dv,
                };
                if compute_on_tiles(&head) {
                    return;
                }
            }
            let mut key = 0;
            while key < m {
                let keys = self.key_block.min(m - key);
                let rows = key * channels;
                let mut query = 0;
                while query < n {
                    let queries = self.query_block.min(n - query);
                    let tile = Tile {
                        k: k.add(rows),
                        v: v.add(rows),
                        step: channels,
                        d,
                        q_t: q_t.add(query * d),
                        dy_t: dy_t.add(query * d),
                        logs: logs.add(query),
                        overlap: overlap.add(query),
                        scale: self.score_scale,
                        scores,
                        slopes,
                        width,
                    };
                    tile.compute::<S>(keys, queries);
                    let of_keys = |a: *const f32, b: *const f32, c: *mut f32| Product {
                        m: keys,
                        n: d,
                        k: queries,
                        a,
                        a_row: width,
                        a_depth: 1,
                        b: b.add(query * COLUMNS),
                        panel: n * COLUMNS,
                        c: c.add(rows),
                        c_row: channels,
                        start: if query == 0 { Start::Zero } else { Start::Accumulate },
                        bias: null(),
                    };
                    S::multiply(&of_keys(scores, dy_packed, dv));
                    S::multiply(&of_keys(slopes, q_packed, dk));
                    S::multiply(&Product {
                        m: queries,
                        n: d,
                        k: keys,
                        a: slopes,
                        a_row: 1,
                        a_depth: width,
                        b: k_packed.add(key * COLUMNS),
                        panel: m * COLUMNS,
                        c: dq.add(query * channels),
                        c_row: channels,
                        start: if key == 0 { Start::Zero } else { Start::Accumulate },
                        bias: null(),
                    });
                    query += queries;
                }
                scale_rows::<S>(dk.add(rows), keys, channels, d, self.scale);
                key += keys;
            }
            scale_rows::<S>(dq, n, channels, d, self.scale);
        }
    }
}

/// A block of keys times a block of queries: Pᵀ = 2^(scale·S − lse·log₂e) and dSᵀ·√d = Pᵀ ∘ (dPᵀ − D), where Sᵀ = K·Qᵀ and dPᵀ = V·dYᵀ
/// stay in registers.
struct Tile {
    k: *const f32,
    v: *const f32,
    /// From a key to the next.
    step: usize,
    d: usize,
    /// Packed.
    q_t: *const f32,
    dy_t: *const f32,
    logs: *const f32,
    overlap: *const f32,
    scale: f32,
    /// [keys][width]
    scores: *mut f32,
    slopes: *mut f32,
    width: usize,
}

impl Tile {
    #[inline(always)]
    unsafe fn compute<S: Simd>(&self, keys: usize, queries: usize) {
        unsafe {
            let mut query = 0;
            while query < queries {
                if queries - query > S::LANES {
                    self.columns::<S, 2>(keys, query);
                    query += 2 * S::LANES;
                } else {
                    self.columns::<S, 1>(keys, query);
                    query += S::LANES;
                }
            }
        }
    }

    #[inline(always)]
    unsafe fn columns<S: Simd, const V: usize>(&self, keys: usize, query: usize) {
        unsafe {
            let mut key = 0;
            if S::TALL {
                while key + 6 <= keys {
                    self.part::<S, 6, V>(key, query);
                    key += 6;
                }
            }
            while key + 2 <= keys {
                self.part::<S, 2, V>(key, query);
                key += 2;
            }
            if key < keys {
                self.part::<S, 1, V>(key, query);
            }
        }
    }

    /// R keys × V vectors of queries. Writes whole vectors: what lies past the last query is not read.
    #[inline(always)]
    unsafe fn part<S: Simd, const R: usize, const V: usize>(&self, key: usize, query: usize) {
        unsafe {
            let mut scores = [[S::zero(); V]; R];
            let mut slopes = [[S::zero(); V]; R];
            let (k, v) = (self.k.add(key * self.step), self.v.add(key * self.step));
            let mut places = [0; V];
            for i in 0..V {
                let column = query + i * S::LANES;
                places[i] = column / COLUMNS * self.d * COLUMNS + column % COLUMNS;
            }
            for c in 0..self.d {
                let (mut q, mut dy) = ([S::zero(); V], [S::zero(); V]);
                for i in 0..V {
                    q[i] = S::load(self.q_t.add(places[i] + c * COLUMNS));
                    dy[i] = S::load(self.dy_t.add(places[i] + c * COLUMNS));
                }
                for r in 0..R {
                    let (x, y) = (S::splat(*k.add(r * self.step + c)), S::splat(*v.add(r * self.step + c)));
                    for i in 0..V {
                        scores[r][i] = S::fma(x, q[i], scores[r][i]);
                        slopes[r][i] = S::fma(y, dy[i], slopes[r][i]);
                    }
                }
            }
            let factor = S::splat(self.scale);
            for i in 0..V {
                let at = query + i * S::LANES;
                let (log, overlap) = (S::load(self.logs.add(at)), S::load(self.overlap.add(at)));
                for r in 0..R {
                    let p = exp2_negative::<S>(S::fma(scores[r][i], factor, log));
                    let to = (key + r) * self.width + at;
                    S::store(self.scores.add(to), p);
                    S::store(self.slopes.add(to), S::mul(p, S::sub(slopes[r][i], overlap)));
                }
            }
        }
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512dq,avx512bw,avx512vl,avx2,fma")]
unsafe fn compute_on_tiles(head: &Head) -> bool {
    unsafe {
        with_scratch(head.room(), |room| {
            configure();
            let is_computed = head.compute(room);
            release();
            is_computed
        })
    }
}

#[inline(always)]
unsafe fn scale_rows<S: Simd>(from: *mut f32, rows: usize, step: usize, columns: usize, factor: f32) {
    unsafe {
        let factor = S::splat(factor);
        for i in 0..rows {
            let row = from.add(i * step);
            let mut c = 0;
            while c < columns {
                let left = columns - c;
                S::store_part(row.add(c), S::mul(S::load_part(row.add(c), left), factor), left);
                c += S::LANES;
            }
        }
    }
}
