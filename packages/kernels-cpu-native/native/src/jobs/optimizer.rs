//! One pass over all parameters. The table has a row for each chunk: addresses and the number of values.

use crate::arguments::{AdamWArguments, EmaArguments, SumSquaresArguments};
use crate::job::{Job, Setting};
use crate::memory::{Fault, area, size};
use crate::simd::Simd;

/// Reads the table: a row for each chunk, of `WIDTH` addresses and a number of values.
fn read<const WIDTH: usize>(table: u32, s: &Setting) -> Result<Vec<([*mut f32; WIDTH], usize)>, Fault> {
    let chunks = s.chunks;
    let words = s.memory.integers(table, area(&[chunks, WIDTH + 1])?)?;
    let mut rows = Vec::with_capacity(chunks);
    for chunk in 0..chunks {
        // SAFETY: the table has so many words.
        let word = |i: usize| unsafe { *words.add(chunk * (WIDTH + 1) + i) };
        let count = size(word(WIDTH))?;
        let mut tensors = [std::ptr::null_mut(); WIDTH];
        for (i, tensor) in tensors.iter_mut().enumerate() {
            *tensor = s.memory.floats(word(i) as u32, count)?;
        }
        rows.push((tensors, count));
    }
    Ok(rows)
}

/// A step of AdamW; chunk: a row of the table.
pub struct AdamW {
    table: Vec<([*mut f32; 4], usize)>,
    args: AdamWArguments,
}

impl Job for AdamW {
    type Arguments = AdamWArguments;

    fn prepare(args: &AdamWArguments, s: &Setting) -> Result<Self, Fault> {
        Ok(AdamW { table: read(args.table, s)?, args: *args })
    }

    fn chunks(&self) -> usize {
        self.table.len()
    }

    #[inline(always)]
    unsafe fn run<S: Simd>(&self, chunk: usize, _thread: usize) {
        unsafe {
            let ([p, g, m, v], count) = self.table[chunk];
            let args = &self.args;
            let mut i = 0;
            while i < count {
                let left = count - i;
                let load = |from: *mut f32| S::load_part(from.add(i), left);
                let gradient = load(g);
                // Not fused, as the reference made of core ops is not.
                let first =
                    S::add(S::mul(load(m), S::splat(args.beta1)), S::mul(gradient, S::splat(args.gradient_factor)));
                let squared = S::mul(S::mul(gradient, gradient), S::splat(args.square_factor));
                let second = S::add(S::mul(load(v), S::splat(args.beta2)), squared);
                S::store_part(m.add(i), first, left);
                S::store_part(v.add(i), second, left);
                let denominator = S::add(S::div(S::sqrt(second), S::splat(args.root)), S::splat(args.epsilon));
                let update = S::mul(S::div(first, denominator), S::splat(args.step_size));
                S::store_part(p.add(i), S::sub(S::mul(load(p), S::splat(args.shrink)), update), left);
                i += S::LANES;
            }
        }
    }
}

/// A step of the exponential moving average; chunk: a row of the table.
pub struct Ema {
    table: Vec<([*mut f32; 2], usize)>,
    decay: f32,
    rest: f32,
}

impl Job for Ema {
    type Arguments = EmaArguments;

    fn prepare(args: &EmaArguments, s: &Setting) -> Result<Self, Fault> {
        Ok(Ema { table: read(args.table, s)?, decay: args.decay, rest: args.rest })
    }

    fn chunks(&self) -> usize {
        self.table.len()
    }

    #[inline(always)]
    unsafe fn run<S: Simd>(&self, chunk: usize, _thread: usize) {
        unsafe {
            let ([shadow, p], count) = self.table[chunk];
            let mut i = 0;
            while i < count {
                let left = count - i;
                let kept = S::mul(S::load_part(shadow.add(i), left), S::splat(self.decay));
                let new = S::mul(S::load_part(p.add(i), left), S::splat(self.rest));
                S::store_part(shadow.add(i), S::add(kept, new), left);
                i += S::LANES;
            }
        }
    }
}

/// partial[chunk] = Σ x²; chunk: a row of the table.
pub struct SumSquares {
    table: Vec<([*mut f32; 1], usize)>,
    partial: *mut f32,
}

impl Job for SumSquares {
    type Arguments = SumSquaresArguments;

    fn prepare(args: &SumSquaresArguments, s: &Setting) -> Result<Self, Fault> {
        let table = read(args.table, s)?;
        let partial = s.memory.floats(args.partial, table.len())?;
        Ok(SumSquares { table, partial })
    }

    fn chunks(&self) -> usize {
        self.table.len()
    }

    #[inline(always)]
    unsafe fn run<S: Simd>(&self, chunk: usize, _thread: usize) {
        unsafe {
            let ([x], count) = self.table[chunk];
            let mut sums = [S::zero(); 4];
            let mut i = 0;
            while i < count {
                for sum in &mut sums {
                    if i < count {
                        let a = S::load_part(x.add(i), count - i);
                        *sum = S::add(*sum, S::mul(a, a));
                    }
                    i += S::LANES;
                }
            }
            *self.partial.add(chunk) = S::sum(S::add(S::add(sums[0], sums[1]), S::add(sums[2], sums[3])));
        }
    }
}
