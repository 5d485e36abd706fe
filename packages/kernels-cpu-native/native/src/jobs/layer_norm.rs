use super::reduce::{squared_deviations, sum_contiguous};
use crate::arguments::{LayerNormArguments, LayerNormGradArguments};
use crate::job::{Job, Setting};
use crate::memory::{Fault, area, positive, size};
use crate::simd::Simd;

/// LayerNorm; chunk: a block of rows.
pub struct LayerNorm {
    x: *const f32,
    rows: usize,
    channels: usize,
    block: usize,
    scale: *const f32,
    epsilon: f32,
    bias: *const f32,
    to: *mut f32,
}

impl Job for LayerNorm {
    type Arguments = LayerNormArguments;

    fn prepare(args: &LayerNormArguments, s: &Setting) -> Result<Self, Fault> {
        let (rows, channels) = (size(args.rows)?, size(args.channels)?);
        let all = area(&[rows, channels])?;
        Ok(LayerNorm {
            x: s.memory.floats(args.x, all)?,
            rows,
            channels,
            block: positive(args.block)?,
            scale: s.memory.floats(args.scale, channels)?,
            epsilon: args.epsilon,
            bias: s.memory.floats(args.bias, channels)?,
            to: s.memory.floats(args.to, all)?,
        })
    }

    fn chunks(&self) -> usize {
        self.rows.div_ceil(self.block)
    }

    #[inline(always)]
    unsafe fn run<S: Simd>(&self, chunk: usize, _thread: usize) {
        unsafe {
            let channels = self.channels;
            let start = chunk * self.block;
            for i in start..self.rows.min(start + self.block) {
                let x = self.x.add(i * channels);
                let to = self.to.add(i * channels);
                let (m, p) = row_moments::<S>(x, channels, self.epsilon);
                let mut c = 0;
                while c < channels {
                    let left = channels - c;
                    let load = |from: *const f32| S::load_part(from.add(c), left);
                    let normalized = S::mul(S::sub(load(x), m), p);
                    S::store_part(to.add(c), S::fma(normalized, load(self.scale), load(self.bias)), left);
                    c += S::LANES;
                }
            }
        }
    }
}

/// Mean and 1/√(variance + ε) of a row, in every lane.
#[inline(always)]
unsafe fn row_moments<S: Simd>(x: *const f32, channels: usize, epsilon: f32) -> (S::V, S::V) {
    unsafe {
        let mean = sum_contiguous::<S>(x, channels) / channels as f32;
        let variance = squared_deviations::<S>(x, channels, mean) / channels as f32;
        (S::splat(mean), S::splat(1.0 / (variance + epsilon).sqrt()))
    }
}

/// The gradient of LayerNorm; chunk: a block of rows.
pub struct LayerNormGrad {
    x: *const f32,
    rows: usize,
    channels: usize,
    block: usize,
    scale: *const f32,
    epsilon: f32,
    dy: *const f32,
    dx: *mut f32,
    partial: *mut f32,
}

impl Job for LayerNormGrad {
    type Arguments = LayerNormGradArguments;

    fn prepare(args: &LayerNormGradArguments, s: &Setting) -> Result<Self, Fault> {
        let (rows, channels, block) = (size(args.rows)?, size(args.channels)?, positive(args.block)?);
        let all = area(&[rows, channels])?;
        Ok(LayerNormGrad {
            x: s.memory.floats(args.x, all)?,
            rows,
            channels,
            block,
            scale: s.memory.floats(args.scale, channels)?,
            epsilon: args.epsilon,
            dy: s.memory.floats(args.dy, all)?,
            dx: s.memory.floats(args.dx, all)?,
            partial: s.memory.floats(args.partial, area(&[rows.div_ceil(block), 2, channels])?)?,
        })
    }

    fn chunks(&self) -> usize {
        self.rows.div_ceil(self.block)
    }

    #[inline(always)]
    unsafe fn run<S: Simd>(&self, chunk: usize, _thread: usize) {
        unsafe {
            let channels = self.channels;
            let start = chunk * self.block;
            let dscale = self.partial.add(chunk * 2 * channels);
            let dbias = dscale.add(channels);
            std::ptr::write_bytes(dscale, 0, 2 * channels);
            for i in start..self.rows.min(start + self.block) {
                let x = self.x.add(i * channels);
                let dy = self.dy.add(i * channels);
                let dx = self.dx.add(i * channels);
                let (m, p) = row_moments::<S>(x, channels, self.epsilon);
                let (mut sum, mut product) = (S::zero(), S::zero());
                let mut c = 0;
                while c < channels {
                    let left = channels - c;
                    let load = |from: *const f32| S::load_part(from.add(c), left);
                    let normalized = S::mul(S::sub(load(x), m), p);
                    let g = load(dy);
                    S::store_part(dscale.add(c), S::fma(g, normalized, load(dscale)), left);
                    S::store_part(dbias.add(c), S::add(g, load(dbias)), left);
                    let scaled = S::mul(g, load(self.scale)); // lanes past the end are zero: scale is
                    sum = S::add(sum, scaled);
                    product = S::fma(scaled, normalized, product);
                    c += S::LANES;
                }
                let first = S::splat(S::sum(sum) / channels as f32);
                let second = S::splat(S::sum(product) / channels as f32);
                let mut c = 0;
                while c < channels {
                    let left = channels - c;
                    let load = |from: *const f32| S::load_part(from.add(c), left);
                    let normalized = S::mul(S::sub(load(x), m), p);
                    let scaled = S::mul(load(dy), load(self.scale));
                    let projection = S::fma(normalized, second, first);
                    S::store_part(dx.add(c), S::mul(S::sub(scaled, projection), p), left);
                    c += S::LANES;
                }
            }
        }
    }
}
