use crate::arguments::{SumEachRowArguments, SumPartialsArguments, SumRowsArguments};
use crate::job::{Job, Setting};
use crate::memory::{Fault, area, positive, size};
use crate::simd::Simd;

/// Sum of `count` values in four strands.
#[inline(always)]
pub unsafe fn sum_contiguous<S: Simd>(from: *const f32, count: usize) -> f32 {
    unsafe {
        let lanes = S::LANES;
        let mut sums = [S::zero(); 4];
        let mut i = 0;
        while i + 4 * lanes <= count {
            for (strand, sum) in sums.iter_mut().enumerate() {
                *sum = S::add(*sum, S::load(from.add(i + strand * lanes)));
            }
            i += 4 * lanes;
        }
        while i < count {
            sums[0] = S::add(sums[0], S::load_part(from.add(i), count - i));
            i += lanes;
        }
        S::sum(S::add(S::add(sums[0], sums[1]), S::add(sums[2], sums[3])))
    }
}

/// Σ (x − mean)² of `count` values.
#[inline(always)]
pub unsafe fn squared_deviations<S: Simd>(from: *const f32, count: usize, mean: f32) -> f32 {
    unsafe {
        let lanes = S::LANES;
        let m = S::splat(mean);
        let (mut a, mut b) = (S::zero(), S::zero());
        let mut i = 0;
        while i + 2 * lanes <= count {
            let x = S::sub(S::load(from.add(i)), m);
            let y = S::sub(S::load(from.add(i + lanes)), m);
            a = S::fma(x, x, a);
            b = S::fma(y, y, b);
            i += 2 * lanes;
        }
        if i + lanes <= count {
            let x = S::sub(S::load(from.add(i)), m);
            a = S::fma(x, x, a);
            i += lanes;
        }
        let mut rest = 0.0;
        while i < count {
            let x = *from.add(i) - mean;
            rest += x * x;
            i += 1;
        }
        rest + S::sum(S::add(a, b))
    }
}

/// partial[chunk][n] = Σ of its rows; chunk: a block of rows.
pub struct SumRows {
    from: *const f32,
    m: usize,
    n: usize,
    block: usize,
    partial: *mut f32,
}

impl Job for SumRows {
    type Arguments = SumRowsArguments;

    fn prepare(args: &SumRowsArguments, s: &Setting) -> Result<Self, Fault> {
        let (m, n, block) = (size(args.m)?, size(args.n)?, positive(args.block)?);
        Ok(SumRows {
            from: s.memory.floats(args.from, area(&[m, n])?)?,
            m,
            n,
            block,
            partial: s.memory.floats(args.partial, area(&[m.div_ceil(block), n])?)?,
        })
    }

    fn chunks(&self) -> usize {
        self.m.div_ceil(self.block)
    }

    #[inline(always)]
    unsafe fn run<S: Simd>(&self, chunk: usize, _thread: usize) {
        unsafe {
            let n = self.n;
            let start = chunk * self.block;
            let rows = self.block.min(self.m - start);
            let from = self.from.add(start * n);
            let to = self.partial.add(chunk * n);
            if n == 1 {
                *to = sum_contiguous::<S>(from, rows);
                return;
            }
            let mut j = 0;
            // Four vectors side by side: a row's cache lines are read together.
            while j + 4 * S::LANES <= n {
                let mut sums = [S::zero(); 4];
                for i in 0..rows {
                    let row = from.add(i * n + j);
                    for (v, sum) in sums.iter_mut().enumerate() {
                        *sum = S::add(*sum, S::load(row.add(v * S::LANES)));
                    }
                }
                for (v, sum) in sums.into_iter().enumerate() {
                    S::store(to.add(j + v * S::LANES), sum);
                }
                j += 4 * S::LANES;
            }
            while j < n {
                let left = n - j;
                let mut sum = S::zero();
                for i in 0..rows {
                    sum = S::add(sum, S::load_part(from.add(i * n + j), left));
                }
                S::store_part(to.add(j), sum, left);
                j += S::LANES;
            }
        }
    }
}

/// to[n] = factor·Σ over blocks of partial[block][n], in order, in float64; one chunk.
pub struct SumPartials {
    partial: *const f32,
    blocks: usize,
    n: usize,
    factor: f32,
    to: *mut f32,
}

impl Job for SumPartials {
    type Arguments = SumPartialsArguments;

    fn prepare(args: &SumPartialsArguments, s: &Setting) -> Result<Self, Fault> {
        let (blocks, n) = (size(args.blocks)?, size(args.n)?);
        Ok(SumPartials {
            partial: s.memory.floats(args.partial, area(&[blocks, n])?)?,
            blocks,
            n,
            factor: args.factor,
            to: s.memory.floats(args.to, n)?,
        })
    }

    fn chunks(&self) -> usize {
        1
    }

    #[inline(always)]
    unsafe fn run<S: Simd>(&self, _chunk: usize, _thread: usize) {
        unsafe {
            for j in 0..self.n {
                let mut sum = 0.0f64;
                for i in 0..self.blocks {
                    sum += f64::from(*self.partial.add(i * self.n + j));
                }
                *self.to.add(j) = (sum * f64::from(self.factor)) as f32;
            }
        }
    }
}

/// to[m] = factor·Σ of each row; chunk: a block of rows.
pub struct SumEachRow {
    from: *const f32,
    m: usize,
    n: usize,
    block: usize,
    factor: f32,
    to: *mut f32,
}

impl Job for SumEachRow {
    type Arguments = SumEachRowArguments;

    fn prepare(args: &SumEachRowArguments, s: &Setting) -> Result<Self, Fault> {
        let (m, n) = (size(args.m)?, size(args.n)?);
        Ok(SumEachRow {
            from: s.memory.floats(args.from, area(&[m, n])?)?,
            m,
            n,
            block: positive(args.block)?,
            factor: args.factor,
            to: s.memory.floats(args.to, m)?,
        })
    }

    fn chunks(&self) -> usize {
        self.m.div_ceil(self.block)
    }

    #[inline(always)]
    unsafe fn run<S: Simd>(&self, chunk: usize, _thread: usize) {
        let start = chunk * self.block;
        for i in start..self.m.min(start + self.block) {
            unsafe { *self.to.add(i) = self.factor * sum_contiguous::<S>(self.from.add(i * self.n), self.n) };
        }
    }
}
