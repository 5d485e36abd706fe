//! Group normalization. Means and squared deviations are taken block by block around the block's own mean and put together by Chan's
//! formula in float64, so that a large mean costs no digits.

use super::reduce::{squared_deviations, sum_contiguous};
use crate::arguments::{
    GroupMomentsArguments, GroupNormArguments, GroupNormGradArguments, GroupNormGradFactorsArguments,
    GroupNormGradSumsArguments, GroupStatisticsArguments, activation,
};
use crate::job::{Job, Setting};
use crate::math;
use crate::memory::{Fault, area, check, positive, size};
use crate::simd::Simd;

/// A tensor [images][rows][channels] cut into blocks of rows.
struct GroupRows {
    x: *const f32,
    rows: usize,
    channels: usize,
    groups: usize,
    block: usize,
    blocks: usize,
    images: usize,
}

macro_rules! group_rows {
    ($args:expr, $setting:expr) => {{
        let (args, s) = ($args, $setting);
        let (rows, channels, groups) = (size(args.rows)?, size(args.channels)?, positive(args.groups)?);
        let (block, blocks) = (positive(args.block)?, positive(args.blocks)?);
        check(channels.is_multiple_of(groups) && channels > 0, "channels that groups do not divide")?;
        check(block as u64 * (blocks as u64 - 1) < rows as u64, "more blocks than rows")?;
        check(block as u64 * blocks as u64 >= rows as u64, "blocks that leave rows out")?;
        let images = s.chunks.div_ceil(blocks);
        GroupRows {
            x: s.memory.floats(args.x, area(&[images, rows, channels])?)?,
            rows,
            channels,
            groups,
            block,
            blocks,
            images,
        }
    }};
}

impl GroupRows {
    fn chunks(&self) -> usize {
        self.images * self.blocks
    }

    fn values(&self) -> Result<usize, Fault> {
        area(&[self.images, self.rows, self.channels])
    }

    /// The image of a chunk, how many rows it has, and where they begin.
    #[inline(always)]
    fn at(&self, chunk: usize) -> (usize, usize, usize) {
        let image = chunk / self.blocks;
        let start = chunk % self.blocks * self.block;
        (image, self.block.min(self.rows - start), (image * self.rows + start) * self.channels)
    }
}

/// (mean, squared deviations) of each block and group; chunk (image, block of rows).
pub struct GroupStatistics {
    r: GroupRows,
    partial: *mut f32,
}

impl Job for GroupStatistics {
    type Arguments = GroupStatisticsArguments;

    fn prepare(args: &GroupStatisticsArguments, s: &Setting) -> Result<Self, Fault> {
        let r = group_rows!(args, s);
        let partial = s.memory.floats(args.partial, area(&[r.images, r.blocks, r.groups, 2])?)?;
        Ok(GroupStatistics { r, partial })
    }

    fn chunks(&self) -> usize {
        self.r.chunks()
    }

    #[inline(always)]
    unsafe fn run<S: Simd>(&self, chunk: usize, _thread: usize) {
        unsafe {
            let r = &self.r;
            let (_, count, offset) = r.at(chunk);
            let from = r.x.add(offset);
            let width = r.channels / r.groups;
            for g in 0..r.groups {
                let to = self.partial.add((chunk * r.groups + g) * 2);
                // One group is one run of values.
                let (runs, length) = if r.groups == 1 { (1, count * width) } else { (count, width) };
                let at = from.add(g * width);
                let mut sum = 0.0;
                for i in 0..runs {
                    sum += sum_contiguous::<S>(at.add(i * r.channels), length);
                }
                let mean = sum / (count * width) as f32;
                let mut deviations = 0.0;
                for i in 0..runs {
                    deviations += squared_deviations::<S>(at.add(i * r.channels), length, mean);
                }
                *to = mean;
                *to.add(1) = deviations;
            }
        }
    }
}

/// (mean, 1/√(variance + ε)) of each image and group; one chunk.
pub struct GroupMoments {
    partial: *const f32,
    args: GroupMomentsArguments,
    to: *mut f32,
}

impl Job for GroupMoments {
    type Arguments = GroupMomentsArguments;

    fn prepare(args: &GroupMomentsArguments, s: &Setting) -> Result<Self, Fault> {
        let (images, blocks, groups) = (size(args.images)?, size(args.blocks)?, size(args.groups)?);
        Ok(GroupMoments {
            partial: s.memory.floats(args.partial, area(&[images, blocks, groups, 2])?)?,
            args: *args,
            to: s.memory.floats(args.to, area(&[images, groups, 2])?)?,
        })
    }

    fn chunks(&self) -> usize {
        1
    }

    #[inline(always)]
    unsafe fn run<S: Simd>(&self, _chunk: usize, _thread: usize) {
        unsafe {
            let args = &self.args;
            let (blocks, groups) = (args.blocks as usize, args.groups as usize);
            for image in 0..args.images as usize {
                for g in 0..groups {
                    let (mut count, mut mean, mut deviations) = (0.0f64, 0.0f64, 0.0f64);
                    for b in 0..blocks {
                        let from = self.partial.add(((image * blocks + b) * groups + g) * 2);
                        let left = i64::from(args.rows) - b as i64 * i64::from(args.block);
                        let n = i64::from(args.block).min(left) as f64 * f64::from(args.width);
                        let delta = f64::from(*from) - mean;
                        let total = count + n;
                        mean += delta * n / total;
                        deviations += f64::from(*from.add(1)) + delta * delta * count * n / total;
                        count = total;
                    }
                    let to = self.to.add((image * groups + g) * 2);
                    *to = mean as f32;
                    *to.add(1) = (1.0 / (deviations / count + f64::from(args.epsilon)).sqrt()) as f32;
                }
            }
        }
    }
}

/// How groups are normalized: y = a·x + d for each channel, a = scale/σ, d = bias − mean·a.
struct Affine {
    moments: *const f32,
    scale: *const f32,
    bias: *const f32,
    /// From one image's scale and bias to the next one's; 0 if all have one.
    stride: usize,
    /// [threads][2][channels], working memory
    memory: *mut f32,
}

impl Affine {
    fn of(
        moments: u32,
        scale: u32,
        bias: u32,
        own: u8,
        memory: u32,
        r: &GroupRows,
        s: &Setting,
    ) -> Result<Affine, Fault> {
        let vectors = vectors(own, r.images, r.channels)?;
        Ok(Affine {
            moments: s.memory.floats(moments, area(&[r.images, r.groups, 2])?)?,
            scale: s.memory.floats(scale, vectors)?,
            bias: s.memory.floats(bias, vectors)?,
            stride: if own == 0 { 0 } else { r.channels },
            memory: s.memory.floats(memory, area(&[s.threads, 2, r.channels])?)?,
        })
    }

    /// Writes a and d of an image into the thread's memory.
    #[inline(always)]
    unsafe fn write(&self, r: &GroupRows, image: usize, thread: usize) -> (*const f32, *const f32) {
        unsafe {
            let a = self.memory.add(thread * 2 * r.channels);
            let d = a.add(r.channels);
            let width = r.channels / r.groups;
            let (scale, bias) = (self.scale.add(image * self.stride), self.bias.add(image * self.stride));
            for g in 0..r.groups {
                let m = self.moments.add((image * r.groups + g) * 2);
                let (mean, precision) = (*m, *m.add(1));
                for c in g * width..(g + 1) * width {
                    let factor = *scale.add(c) * precision;
                    *a.add(c) = factor;
                    *d.add(c) = *bias.add(c) - mean * factor;
                }
            }
            (a, d)
        }
    }
}

/// How many numbers scale and bias have: one set for all images, or each its own.
fn vectors(own: u8, images: usize, channels: usize) -> Result<usize, Fault> {
    if own == 0 { Ok(channels) } else { area(&[images, channels]) }
}

fn known(activation: i32) -> Result<i32, Fault> {
    check((0..=activation::SILU).contains(&activation), "an unknown activation")?;
    Ok(activation)
}

/// A job's rows, with a function of `math` for each activation: one loop each, so that it is known inside.
macro_rules! rows_by_activation {
    ($job:expr, $chunk:expr, $thread:expr, $gelu:ident, $silu:ident) => {
        match $job.activation {
            activation::GELU => $job.rows::<S>(
                $chunk,
                $thread,
                #[inline(always)]
                |z| math::$gelu::<S>(z),
            ),
            activation::SILU => $job.rows::<S>(
                $chunk,
                $thread,
                #[inline(always)]
                |z| math::$silu::<S>(z),
            ),
            _ => $job.rows::<S>(
                $chunk,
                $thread,
                #[inline(always)]
                |z| z,
            ),
        }
    };
}

/// activation(residual + GN(x)); chunk (image, block of rows).
pub struct GroupNorm {
    r: GroupRows,
    affine: Affine,
    residual: *const f32,
    activation: i32,
    to: *mut f32,
}

impl Job for GroupNorm {
    type Arguments = GroupNormArguments;

    fn prepare(args: &GroupNormArguments, s: &Setting) -> Result<Self, Fault> {
        let r = group_rows!(args, s);
        Ok(GroupNorm {
            affine: Affine::of(args.moments, args.scale, args.bias, args.own_scales, args.memory, &r, s)?,
            residual: s.memory.optional(args.residual, r.values()?)?,
            activation: known(args.activation)?,
            to: s.memory.floats(args.to, r.values()?)?,
            r,
        })
    }

    fn chunks(&self) -> usize {
        self.r.chunks()
    }

    #[inline(always)]
    unsafe fn run<S: Simd>(&self, chunk: usize, thread: usize) {
        unsafe { rows_by_activation!(self, chunk, thread, gelu, silu) }
    }
}

impl GroupNorm {
    #[inline(always)]
    unsafe fn rows<S: Simd>(&self, chunk: usize, thread: usize, activate: impl Fn(S::V) -> S::V) {
        unsafe {
            let channels = self.r.channels;
            let (image, count, offset) = self.r.at(chunk);
            let (a, d) = self.affine.write(&self.r, image, thread);
            for i in 0..count {
                let at = offset + i * channels;
                let (x, to) = (self.r.x.add(at), self.to.add(at));
                let mut c = 0;
                while c < channels {
                    let left = channels - c;
                    let load = |from: *const f32| S::load_part(from.add(c), left);
                    let mut z = S::fma(load(x), load(a), load(d));
                    if !self.residual.is_null() {
                        z = S::add(z, load(self.residual.add(at)));
                    }
                    S::store_part(to.add(c), activate(z), left);
                    c += S::LANES;
                }
            }
        }
    }
}

/// The sums over rows that the gradient is made of, by channel; chunk (image, block of rows). dz = dy·activation′(z) is written if there
/// is an activation.
pub struct GroupNormGradSums {
    r: GroupRows,
    affine: Affine,
    residual: *const f32,
    activation: i32,
    dy: *const f32,
    dz: *mut f32,
    partial: *mut f32,
}

impl Job for GroupNormGradSums {
    type Arguments = GroupNormGradSumsArguments;

    fn prepare(args: &GroupNormGradSumsArguments, s: &Setting) -> Result<Self, Fault> {
        let r = group_rows!(args, s);
        Ok(GroupNormGradSums {
            affine: Affine::of(args.moments, args.scale, args.bias, args.own_scales, args.memory, &r, s)?,
            residual: s.memory.optional(args.residual, r.values()?)?,
            activation: known(args.activation)?,
            dy: s.memory.floats(args.dy, r.values()?)?,
            dz: s.memory.floats(args.dz, r.values()?)?,
            partial: s.memory.floats(args.partial, area(&[r.images, r.blocks, 2, r.channels])?)?,
            r,
        })
    }

    fn chunks(&self) -> usize {
        self.r.chunks()
    }

    #[inline(always)]
    unsafe fn run<S: Simd>(&self, chunk: usize, thread: usize) {
        unsafe { rows_by_activation!(self, chunk, thread, gelu_slope, silu_slope) }
    }
}

impl GroupNormGradSums {
    #[inline(always)]
    unsafe fn rows<S: Simd>(&self, chunk: usize, thread: usize, slope: impl Fn(S::V) -> S::V) {
        unsafe {
            let channels = self.r.channels;
            let (image, count, offset) = self.r.at(chunk);
            let (a, d) = self.affine.write(&self.r, image, thread);
            let sums = self.partial.add(chunk * 2 * channels);
            let is_linear = self.activation == activation::LINEAR;
            // Column by column: the sums stay in registers.
            let mut c = 0;
            while c < channels {
                let left = channels - c;
                let load = |from: *const f32| S::load_part(from.add(c), left);
                let (factor, shift) = (load(a), load(d));
                let (mut sum, mut product) = (S::zero(), S::zero());
                for i in 0..count {
                    let at = offset + i * channels;
                    let x = load(self.r.x.add(at));
                    let mut g = load(self.dy.add(at));
                    if !is_linear {
                        let mut z = S::fma(x, factor, shift);
                        if !self.residual.is_null() {
                            z = S::add(z, load(self.residual.add(at)));
                        }
                        g = S::mul(g, slope(z));
                        S::store_part(self.dz.add(at + c), g, left);
                    }
                    sum = S::add(sum, g);
                    product = S::fma(g, x, product);
                }
                S::store_part(sums.add(c), sum, left);
                S::store_part(sums.add(channels + c), product, left);
                c += S::LANES;
            }
        }
    }
}

/// What follows from the sums: dscale and dbias over all images or of each, and for each image and channel the three factors of dx = A·dz + B·x + C;
/// one chunk.
pub struct GroupNormGradFactors {
    partial: *const f32,
    images: usize,
    blocks: usize,
    groups: usize,
    channels: usize,
    rows: usize,
    moments: *const f32,
    /// How many numbers scale, dscale and dbias have.
    vectors: usize,
    /// From one image's to the next one's; 0 if all have one.
    stride: usize,
    scale: *const f32,
    dscale: *mut f32,
    dbias: *mut f32,
    factors: *mut f32,
}

impl Job for GroupNormGradFactors {
    type Arguments = GroupNormGradFactorsArguments;

    fn prepare(args: &GroupNormGradFactorsArguments, s: &Setting) -> Result<Self, Fault> {
        let (images, blocks, groups) = (size(args.images)?, size(args.blocks)?, positive(args.groups)?);
        let (channels, rows) = (size(args.channels)?, size(args.rows)?);
        check(channels.is_multiple_of(groups), "channels that groups do not divide")?;
        let vectors = vectors(args.own_scales, images, channels)?;
        Ok(GroupNormGradFactors {
            partial: s.memory.floats(args.partial, area(&[images, blocks, 2, channels])?)?,
            images,
            blocks,
            groups,
            channels,
            rows,
            moments: s.memory.floats(args.moments, area(&[images, groups, 2])?)?,
            vectors,
            stride: if args.own_scales == 0 { 0 } else { channels },
            scale: s.memory.floats(args.scale, vectors)?,
            dscale: s.memory.floats(args.dscale, vectors)?,
            dbias: s.memory.floats(args.dbias, vectors)?,
            factors: s.memory.floats(args.factors, area(&[images, 3, channels])?)?,
        })
    }

    fn chunks(&self) -> usize {
        1
    }

    #[inline(always)]
    unsafe fn run<S: Simd>(&self, _chunk: usize, _thread: usize) {
        unsafe {
            let (blocks, channels) = (self.blocks, self.channels);
            let width = channels / self.groups;
            let n = self.rows as f64 * width as f64;
            std::ptr::write_bytes(self.dscale, 0, self.vectors);
            std::ptr::write_bytes(self.dbias, 0, self.vectors);
            for image in 0..self.images {
                let own = image * self.stride;
                let (scales, dscale, dbias) = (self.scale.add(own), self.dscale.add(own), self.dbias.add(own));
                let factors = self.factors.add(image * 3 * channels);
                for g in 0..self.groups {
                    let moments = self.moments.add((image * self.groups + g) * 2);
                    let (mean, precision) = (f64::from(*moments), f64::from(*moments.add(1)));
                    let mut first = 0.0; // Σ dz·scale
                    let mut second = 0.0; // Σ dz·scale·x̂
                    for c in g * width..(g + 1) * width {
                        let (mut sum, mut product) = (0.0f64, 0.0f64);
                        for b in 0..blocks {
                            let from = self.partial.add((image * blocks + b) * 2 * channels + c);
                            sum += f64::from(*from);
                            product += f64::from(*from.add(channels));
                        }
                        product = (product - mean * sum) * precision; // Σ dz·x̂
                        *dscale.add(c) += product as f32;
                        *dbias.add(c) += sum as f32;
                        let scale = f64::from(*scales.add(c));
                        first += sum * scale;
                        second += product * scale;
                    }
                    let slope_of_x = -precision * precision * second / n;
                    for c in g * width..(g + 1) * width {
                        *factors.add(c) = (precision * f64::from(*scales.add(c))) as f32;
                        *factors.add(channels + c) = slope_of_x as f32;
                        *factors.add(2 * channels + c) = (-precision * first / n - slope_of_x * mean) as f32;
                    }
                }
            }
        }
    }
}

/// dx = A·dz + B·x + C; chunk (image, block of rows).
pub struct GroupNormGrad {
    r: GroupRows,
    dz: *const f32,
    factors: *const f32,
    to: *mut f32,
}

impl Job for GroupNormGrad {
    type Arguments = GroupNormGradArguments;

    fn prepare(args: &GroupNormGradArguments, s: &Setting) -> Result<Self, Fault> {
        let r = group_rows!(args, s);
        Ok(GroupNormGrad {
            dz: s.memory.floats(args.dz, r.values()?)?,
            factors: s.memory.floats(args.factors, area(&[r.images, 3, r.channels])?)?,
            to: s.memory.floats(args.to, r.values()?)?,
            r,
        })
    }

    fn chunks(&self) -> usize {
        self.r.chunks()
    }

    #[inline(always)]
    unsafe fn run<S: Simd>(&self, chunk: usize, _thread: usize) {
        unsafe {
            let channels = self.r.channels;
            let (image, count, offset) = self.r.at(chunk);
            let a = self.factors.add(image * 3 * channels);
            for i in 0..count {
                let at = offset + i * channels;
                let (x, dz, to) = (self.r.x.add(at), self.dz.add(at), self.to.add(at));
                let mut c = 0;
                while c < channels {
                    let left = channels - c;
                    let load = |from: *const f32| S::load_part(from.add(c), left);
                    let tilt = S::fma(load(x), load(a.add(channels)), load(a.add(2 * channels)));
                    S::store_part(to.add(c), S::fma(load(dz), load(a), tilt), left);
                    c += S::LANES;
                }
            }
        }
    }
}
