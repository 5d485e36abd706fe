//! Convolution of any size as a matrix product: a block of output pixels' patches is gathered into this thread's memory,
//! [pixels][kh·kw·C], and multiplied with the packed filter. The gradient by the input is the same with the filter turned and
//! transposed; a stride then becomes `up`: only every up-th position holds a value.

use super::gemm::packed;
use crate::arguments::{ConvArguments, ConvFilterGradArguments, TurnFilterArguments};
use crate::gemm::{Product, Start};
use crate::job::{Job, Setting};
use crate::memory::{Fault, area, check, positive, size};
use crate::simd::{COLUMNS, Simd};
use std::ptr::null;

/// How patches are gathered.
struct Patches {
    x: *const f32,
    height: isize,
    width: isize,
    k: usize,
    out_height: usize,
    out_width: usize,
    filter_height: usize,
    filter_width: usize,
    stride: isize,
    dilation: isize,
    top: isize,
    left: isize,
    up: isize,
    pixels: usize,
}

/// The arguments that both jobs have.
macro_rules! patches {
    ($args:expr, $setting:expr) => {{
        let (args, s) = ($args, $setting);
        let (height, width, k) = (size(args.height)?, size(args.width)?, size(args.k)?);
        let (out_height, out_width) = (positive(args.out_height)?, positive(args.out_width)?);
        let pixels = size(args.pixels)?;
        let images = pixels.div_ceil(area(&[out_height, out_width])?);
        Patches {
            x: s.memory.floats(args.x, area(&[images, height, width, k])?)?,
            height: height as isize,
            width: width as isize,
            k,
            out_height,
            out_width,
            filter_height: positive(args.filter_height)?,
            filter_width: positive(args.filter_width)?,
            stride: positive(args.stride)? as isize,
            dilation: positive(args.dilation)? as isize,
            top: args.pad_top as isize,
            left: args.pad_left as isize,
            up: positive(args.up)? as isize,
            pixels,
        }
    }};
}

impl Patches {
    fn taps(&self) -> usize {
        self.filter_height * self.filter_width
    }

    /// Copies what some taps see of some channels at a pixel, one after the other.
    #[inline(always)]
    unsafe fn gather(&self, pixel: usize, mut to: *mut f32, first: usize, end: usize, channel: usize, channels: usize) {
        let ox = (pixel % self.out_width) as isize;
        let rest = pixel / self.out_width;
        let oy = (rest % self.out_height) as isize;
        let image = (rest / self.out_height) as isize;
        let y0 = oy * self.stride - self.top;
        let x0 = ox * self.stride - self.left;
        let columns = self.filter_width;
        let whole =
            self.up == 1 && self.dilation == 1 && channels == self.k && x0 >= 0 && x0 + columns as isize <= self.width;
        let mut tap = first;
        while tap < end {
            let kx = tap % columns;
            let mut y = y0 + (tap / columns) as isize * self.dilation;
            let mut x = x0 + kx as isize * self.dilation;
            let run = if whole && kx == 0 && tap + columns <= end { columns } else { 1 };
            let mut inside = y >= 0 && x >= 0;
            if self.up != 1 {
                inside = inside && y % self.up == 0 && x % self.up == 0;
                y /= self.up;
                x /= self.up;
            }
            inside = inside && y < self.height && x < self.width;
            let count = run * channels;
            unsafe {
                if inside {
                    let at = ((image * self.height + y) * self.width + x) as usize * self.k + channel;
                    std::ptr::copy(self.x.add(at), to, count);
                } else {
                    std::ptr::write_bytes(to, 0, count);
                }
                to = to.add(count);
            }
            tap += run;
        }
    }
}

/// A convolution; chunk (block of pixels, block of columns).
pub struct Conv {
    patches: Patches,
    filter: *const f32,
    n: usize,
    to: *mut f32,
    bias: *const f32,
    pixel_block: usize,
    column_block: usize,
    memory: *mut f32,
    per_thread: usize,
}

impl Conv {
    fn depth(&self) -> usize {
        self.patches.taps() * self.patches.k
    }
}

impl Job for Conv {
    type Arguments = ConvArguments;

    fn prepare(args: &ConvArguments, s: &Setting) -> Result<Self, Fault> {
        let patches = patches!(args, s);
        let n = size(args.n)?;
        let (pixel_block, column_block) = (positive(args.pixel_block)?, positive(args.column_block)?);
        check(column_block.is_multiple_of(COLUMNS), "a block of columns that is no whole number of panels")?;
        let depth = area(&[patches.taps(), patches.k])?;
        let per_thread = args.bytes_per_thread as usize / 4;
        check(per_thread >= area(&[pixel_block, depth])?, "too little memory for a thread")?;
        Ok(Conv {
            filter: s.memory.floats(args.filter, packed(depth, n)?)?,
            n,
            to: s.memory.floats(args.to, area(&[patches.pixels, n])?)?,
            bias: s.memory.optional(args.bias, n)?,
            pixel_block,
            column_block,
            memory: s.memory.floats(args.memory, area(&[per_thread, s.threads])?)?,
            per_thread,
            patches,
        })
    }

    fn chunks(&self) -> usize {
        self.patches.pixels.div_ceil(self.pixel_block) * self.n.div_ceil(self.column_block)
    }

    #[inline(always)]
    unsafe fn run<S: Simd>(&self, chunk: usize, thread: usize) {
        unsafe {
            let k = self.depth();
            let column_blocks = self.n.div_ceil(self.column_block);
            let j = chunk % column_blocks * self.column_block;
            let from = chunk / column_blocks * self.pixel_block;
            let pixels = self.pixel_block.min(self.patches.pixels - from);
            let patches = self.memory.add(thread * self.per_thread);
            for i in 0..pixels {
                self.patches.gather(from + i, patches.add(i * k), 0, self.patches.taps(), 0, self.patches.k);
            }
            let has_bias = !self.bias.is_null();
            S::multiply(&Product {
                m: pixels,
                n: self.column_block.min(self.n - j),
                k,
                a: patches,
                a_row: k,
                a_depth: 1,
                b: self.filter.add(j * k),
                panel: k * COLUMNS,
                c: self.to.add(from * self.n + j),
                c_row: self.n,
                start: if has_bias { Start::Bias } else { Start::Zero },
                bias: if has_bias { self.bias.add(j) } else { null() },
            });
        }
    }
}

/// The gradient of a convolution by its filter; chunk (tap, block of channels).
pub struct ConvFilterGrad {
    patches: Patches,
    dy: *const f32,
    n: usize,
    to: *mut f32,
    channel_block: usize,
    pixel_block: usize,
    memory: *mut f32,
    per_thread: usize,
}

impl Job for ConvFilterGrad {
    type Arguments = ConvFilterGradArguments;

    fn prepare(args: &ConvFilterGradArguments, s: &Setting) -> Result<Self, Fault> {
        let patches = patches!(args, s);
        let n = size(args.n)?;
        let (channel_block, pixel_block) = (positive(args.channel_block)?, positive(args.pixel_block)?);
        let per_thread = args.bytes_per_thread as usize / 4;
        check(per_thread >= area(&[channel_block, pixel_block])?, "too little memory for a thread")?;
        Ok(ConvFilterGrad {
            dy: s.memory.floats(args.dy, packed(patches.pixels, n)?)?,
            n,
            to: s.memory.floats(args.to, area(&[patches.taps(), patches.k, n])?)?,
            channel_block,
            pixel_block,
            memory: s.memory.floats(args.memory, area(&[per_thread, s.threads])?)?,
            per_thread,
            patches,
        })
    }

    fn chunks(&self) -> usize {
        self.patches.taps() * self.patches.k.div_ceil(self.channel_block)
    }

    #[inline(always)]
    unsafe fn run<S: Simd>(&self, chunk: usize, thread: usize) {
        unsafe {
            let p = &self.patches;
            let blocks = p.k.div_ceil(self.channel_block);
            let channel = chunk % blocks * self.channel_block;
            let tap = chunk / blocks;
            let channels = self.channel_block.min(p.k - channel);
            let patches = self.memory.add(thread * self.per_thread);
            let mut from = 0;
            while from < p.pixels || from == 0 {
                let pixels = self.pixel_block.min(p.pixels - from);
                for i in 0..pixels {
                    p.gather(from + i, patches.add(i * channels), tap, tap + 1, channel, channels);
                }
                S::multiply(&Product {
                    m: channels,
                    n: self.n,
                    k: pixels,
                    a: patches,
                    a_row: 1,
                    a_depth: channels,
                    b: self.dy.add(from * COLUMNS),
                    panel: p.pixels * COLUMNS,
                    c: self.to.add((tap * p.k + channel) * self.n),
                    c_row: self.n,
                    start: if from == 0 { Start::Zero } else { Start::Accumulate },
                    bias: null(),
                });
                from += self.pixel_block;
            }
        }
    }
}

/// The filter turned by 180° and transposed: to[taps − 1 − tap][n][k] = from[tap][k][n]; chunk: a tap.
pub struct TurnFilter {
    from: *const f32,
    taps: usize,
    k: usize,
    n: usize,
    to: *mut f32,
}

impl Job for TurnFilter {
    type Arguments = TurnFilterArguments;

    fn prepare(args: &TurnFilterArguments, s: &Setting) -> Result<Self, Fault> {
        let (taps, k, n) = (size(args.taps)?, size(args.k)?, size(args.n)?);
        let all = area(&[taps, k, n])?;
        Ok(TurnFilter { from: s.memory.floats(args.from, all)?, taps, k, n, to: s.memory.floats(args.to, all)? })
    }

    fn chunks(&self) -> usize {
        self.taps
    }

    #[inline(always)]
    unsafe fn run<S: Simd>(&self, chunk: usize, _thread: usize) {
        /// Values of a square that is transposed at a time: both sides of it stay in the first-level cache.
        const SQUARE: usize = 16;
        unsafe {
            let (k, n) = (self.k, self.n);
            let from = self.from.add(chunk * k * n);
            let to = self.to.add((self.taps - 1 - chunk) * k * n);
            for i0 in (0..k).step_by(SQUARE) {
                for j0 in (0..n).step_by(SQUARE) {
                    for j in j0..n.min(j0 + SQUARE) {
                        for i in i0..k.min(i0 + SQUARE) {
                            *to.add(j * k + i) = *from.add(i * n + j);
                        }
                    }
                }
            }
        }
    }
}
