//! Half and twice the size of images [images][height][width][channels].

use crate::arguments::{MaxPoolArguments, MaxPoolGradArguments, UpsampleArguments, UpsampleGradArguments};
use crate::job::{Job, Setting};
use crate::memory::{Fault, area, check, positive, size, step};
use crate::simd::Simd;

/// Sizes of a batch of images of which a chunk is a row of something `rows` high.
struct Images {
    images: usize,
    height: usize,
    width: usize,
    channels: usize,
}

impl Images {
    fn of(height: i32, width: i32, channels: i32, rows: usize, s: &Setting) -> Result<Images, Fault> {
        let (height, width, channels) = (size(height)?, size(width)?, size(channels)?);
        Ok(Images { images: s.chunks.div_ceil(rows.max(1)), height, width, channels })
    }

    fn values(&self) -> Result<usize, Fault> {
        area(&[self.images, self.height, self.width, self.channels])
    }

    fn row(&self) -> usize {
        self.width * self.channels
    }
}

/// Max pooling; chunk: a row of the output.
pub struct MaxPool {
    i: Images,
    x: *const f32,
    y: *mut f32,
}

impl Job for MaxPool {
    type Arguments = MaxPoolArguments;

    fn prepare(args: &MaxPoolArguments, s: &Setting) -> Result<Self, Fault> {
        let i = Images::of(args.height, args.width, args.channels, size(args.height)? / 2, s)?;
        let out = area(&[i.images, i.height / 2, i.width / 2, i.channels])?;
        Ok(MaxPool { x: s.memory.floats(args.x, i.values()?)?, y: s.memory.floats(args.y, out)?, i })
    }

    fn chunks(&self) -> usize {
        self.i.images * (self.i.height / 2)
    }

    #[inline(always)]
    unsafe fn run<S: Simd>(&self, chunk: usize, _thread: usize) {
        unsafe {
            let (height, pixel, row) = (self.i.height, self.i.channels, self.i.row());
            let (rows, columns) = (height / 2, self.i.width / 2);
            let from = self.x.add((chunk / rows * height + chunk % rows * 2) * row);
            let to = self.y.add(chunk * columns * pixel);
            for x in 0..columns {
                let mut c = 0;
                while c < pixel {
                    let left = pixel - c;
                    let p = from.add(2 * x * pixel + c);
                    let load = |offset: usize| S::load_part(p.add(offset), left);
                    let top = S::max(load(0), load(pixel));
                    let bottom = S::max(load(row), load(row + pixel));
                    S::store_part(to.add(x * pixel + c), S::max(top, bottom), left);
                    c += S::LANES;
                }
            }
        }
    }
}

/// The gradient of max pooling; chunk: a row of the output. dx is zero beforehand where height or width is odd.
pub struct MaxPoolGrad {
    i: Images,
    x: *const f32,
    dy: *const f32,
    dx: *mut f32,
}

impl Job for MaxPoolGrad {
    type Arguments = MaxPoolGradArguments;

    fn prepare(args: &MaxPoolGradArguments, s: &Setting) -> Result<Self, Fault> {
        let i = Images::of(args.height, args.width, args.channels, size(args.height)? / 2, s)?;
        let out = area(&[i.images, i.height / 2, i.width / 2, i.channels])?;
        Ok(MaxPoolGrad {
            x: s.memory.floats(args.x, i.values()?)?,
            dy: s.memory.floats(args.dy, out)?,
            dx: s.memory.floats(args.dx, i.values()?)?,
            i,
        })
    }

    fn chunks(&self) -> usize {
        self.i.images * (self.i.height / 2)
    }

    #[inline(always)]
    unsafe fn run<S: Simd>(&self, chunk: usize, _thread: usize) {
        unsafe {
            let (height, pixel, row) = (self.i.height, self.i.channels, self.i.row());
            let (rows, columns) = (height / 2, self.i.width / 2);
            let offset = (chunk / rows * height + chunk % rows * 2) * row;
            let (from, to) = (self.x.add(offset), self.dx.add(offset));
            let dy = self.dy.add(chunk * columns * pixel);
            let zero = S::zero();
            for x in 0..columns {
                let mut c = 0;
                while c < pixel {
                    let left = pixel - c;
                    let at = 2 * x * pixel + c;
                    let corners = [0, pixel, row, row + pixel];
                    let values = corners.map(|corner| S::load_part(from.add(at + corner), left));
                    let top = S::max(S::max(values[0], values[1]), S::max(values[2], values[3]));
                    // The first that is the largest gets all.
                    let mut rest = S::load_part(dy.add(x * pixel + c), left);
                    for (corner, value) in corners.into_iter().zip(values) {
                        let is_largest = S::eq(value, top);
                        S::store_part(to.add(at + corner), S::select(is_largest, rest, zero), left);
                        rest = S::select(is_largest, zero, rest);
                    }
                    c += S::LANES;
                }
            }
        }
    }
}

/// Position of output `i` among `size` inputs, corners aligned.
fn position(i: usize, size: usize) -> f64 {
    (i as f64 * (size - 1) as f64) / (2 * size - 1) as f64
}

/// Doubles height and width; chunk: a row of the output.
pub struct Upsample {
    i: Images,
    x: *const f32,
    y: *mut f32,
    bilinear: bool,
    /// Between pixels of the output, which may be part of a wider image.
    pixel: usize,
}

impl Job for Upsample {
    type Arguments = UpsampleArguments;

    fn prepare(args: &UpsampleArguments, s: &Setting) -> Result<Self, Fault> {
        let i = Images::of(args.height, args.width, args.channels, area(&[2, size(args.height)?])?, s)?;
        let pixel = step(args.pixel_stride)?;
        check(pixel >= i.channels, "pixels closer than their channels")?;
        Ok(Upsample {
            x: s.memory.floats(args.x, i.values()?)?,
            y: s.memory.floats(args.y, area(&[i.images, 2 * i.height, 2 * i.width, pixel])?)?,
            i,
            bilinear: args.bilinear != 0,
            pixel,
        })
    }

    fn chunks(&self) -> usize {
        self.i.images * 2 * self.i.height
    }

    #[inline(always)]
    unsafe fn run<S: Simd>(&self, chunk: usize, _thread: usize) {
        unsafe {
            let (height, width, channels, row) = (self.i.height, self.i.width, self.i.channels, self.i.row());
            let y = chunk % (2 * height);
            let image = self.x.add(chunk / (2 * height) * height * row);
            let to = self.y.add(chunk * 2 * width * self.pixel);
            if !self.bilinear {
                for x in 0..2 * width {
                    let from = image.add(y / 2 * row + x / 2 * channels);
                    std::ptr::copy(from, to.add(x * self.pixel), channels);
                }
                return;
            }
            let py = position(y, height);
            let y0 = py as usize;
            let fy = S::splat((py - y0 as f64) as f32);
            let top = image.add(y0 * row);
            let below = if y0 + 1 < height { row } else { 0 };
            for x in 0..2 * width {
                let px = position(x, width);
                let x0 = px as usize;
                let fx = S::splat((px - x0 as f64) as f32);
                let from = top.add(x0 * channels);
                let beside = if x0 + 1 < width { channels } else { 0 };
                let mut c = 0;
                while c < channels {
                    let left = channels - c;
                    let load = |offset: usize| S::load_part(from.add(c + offset), left);
                    let (a, b) = (load(0), load(below));
                    let u = S::fma(S::sub(load(beside), a), fx, a);
                    let v = S::fma(S::sub(load(beside + below), b), fx, b);
                    S::store_part(to.add(x * self.pixel + c), S::fma(S::sub(v, u), fy, u), left);
                    c += S::LANES;
                }
            }
        }
    }
}

/// Weight that output `o` gives to input `i`.
fn weight(o: usize, i: usize, size: usize) -> f64 {
    let p = position(o, size);
    let low = p as usize;
    let f = p - low as f64;
    if low == i {
        if low + 1 < size { 1.0 - f } else { 1.0 }
    } else if low + 1 == i {
        f
    } else {
        0.0
    }
}

/// The gradient of doubling: each input gathers from the few outputs it went to; chunk: a row of dx.
pub struct UpsampleGrad {
    i: Images,
    dy: *const f32,
    dx: *mut f32,
    bilinear: bool,
}

impl Job for UpsampleGrad {
    type Arguments = UpsampleGradArguments;

    fn prepare(args: &UpsampleGradArguments, s: &Setting) -> Result<Self, Fault> {
        let i = Images::of(args.height, args.width, args.channels, positive(args.height)?, s)?;
        Ok(UpsampleGrad {
            dy: s.memory.floats(args.dy, area(&[4, i.values()?])?)?,
            dx: s.memory.floats(args.dx, i.values()?)?,
            i,
            bilinear: args.bilinear != 0,
        })
    }

    fn chunks(&self) -> usize {
        self.i.images * self.i.height
    }

    #[inline(always)]
    unsafe fn run<S: Simd>(&self, chunk: usize, _thread: usize) {
        unsafe {
            let (height, width, channels) = (self.i.height, self.i.width, self.i.channels);
            let out_row = 2 * self.i.row();
            let y = chunk % height;
            let image = self.dy.add(chunk / height * 2 * height * out_row);
            let to = self.dx.add(chunk * self.i.row());
            // Outputs o with position in (i − 1, i + 1): at most 2·i ± 3.
            let reach = if self.bilinear { 3 } else { 0 };
            let of = |i: usize, size: usize| (2 * i).saturating_sub(reach)..(2 * size).min(2 * i + 2 + reach);
            let weight_of = |o: usize, i: usize, size: usize| {
                if self.bilinear { weight(o, i, size) } else { 1.0 }
            };
            for x in 0..width {
                let to = to.add(x * channels);
                std::ptr::write_bytes(to, 0, channels);
                for oy in of(y, height) {
                    let wy = weight_of(oy, y, height);
                    if wy == 0.0 {
                        continue;
                    }
                    for ox in of(x, width) {
                        let w = wy * weight_of(ox, x, width);
                        if w == 0.0 {
                            continue;
                        }
                        let factor = S::splat(w as f32);
                        let from = image.add(oy * out_row + ox * channels);
                        let mut c = 0;
                        while c < channels {
                            let left = channels - c;
                            let sum = S::fma(S::load_part(from.add(c), left), factor, S::load_part(to.add(c), left));
                            S::store_part(to.add(c), sum, left);
                            c += S::LANES;
                        }
                    }
                }
            }
        }
    }
}
