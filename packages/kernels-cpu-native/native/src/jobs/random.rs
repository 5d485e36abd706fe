//! Philox4x32-10 (Salmon et al. 2011) and Box–Muller; what the counter's words mean is told in docs/architecture.md.

use crate::arguments::{EmbeddingArguments, EmbeddingGradArguments, RandomNormalArguments};
use crate::job::{Job, Setting};
use crate::memory::{Fault, area, positive, size};
use crate::simd::Simd;
use std::f64::consts::TAU;

/// Normal noise; chunk (image, blocks of four values).
pub struct RandomNormal {
    to: *mut f32,
    values: usize,
    blocks: usize,
    chunks: usize,
    key: [u32; 2],
    stream: u32,
    step: u32,
    indices: *const i32,
    images: usize,
}

impl Job for RandomNormal {
    type Arguments = RandomNormalArguments;

    fn prepare(args: &RandomNormalArguments, s: &Setting) -> Result<Self, Fault> {
        let (values, chunks) = (size(args.values)?, positive(args.chunks)?);
        let images = s.chunks.div_ceil(chunks);
        Ok(RandomNormal {
            to: s.memory.floats(args.to, area(&[images, values])?)?,
            values,
            blocks: positive(args.blocks)?,
            chunks,
            key: args.key,
            stream: args.stream,
            step: args.step,
            indices: s.memory.integers(args.indices, images)?,
            images,
        })
    }

    fn chunks(&self) -> usize {
        self.images * self.chunks
    }

    #[inline(always)]
    unsafe fn run<S: Simd>(&self, chunk: usize, _thread: usize) {
        unsafe {
            let image = chunk / self.chunks;
            let first = chunk % self.chunks * self.blocks;
            let index = *self.indices.add(image) as u32;
            let to = self.to.add(image * self.values);
            for block in first..first + self.blocks {
                let at = block * 4;
                if at >= self.values {
                    return;
                }
                let words = philox([block as u32, self.step, index, self.stream], self.key);
                let [a, b] = pair(words[0], words[1]);
                let [c, d] = pair(words[2], words[3]);
                for (i, value) in [a, b, c, d].into_iter().enumerate().take(self.values - at) {
                    *to.add(at + i) = value as f32;
                }
            }
        }
    }
}

fn philox(mut c: [u32; 4], mut key: [u32; 2]) -> [u32; 4] {
    for _ in 0..10 {
        let p0 = u64::from(c[0]) * 0xd251_1f53;
        let p1 = u64::from(c[2]) * 0xcd9e_8d57;
        c = [(p1 >> 32) as u32 ^ c[1] ^ key[0], p1 as u32, (p0 >> 32) as u32 ^ c[3] ^ key[1], p0 as u32];
        key = [key[0].wrapping_add(0x9e37_79b9), key[1].wrapping_add(0xbb67_ae85)];
    }
    c
}

/// Two normals from two words.
fn pair(a: u32, b: u32) -> [f64; 2] {
    let uniform = |word: u32| (f64::from(word) + 0.5) * 2.328_306_436_538_696_3e-10;
    let radius = (-2.0 * libm::log(uniform(a))).sqrt();
    let angle = TAU * uniform(b);
    [radius * libm::cos(angle), radius * libm::sin(angle)]
}

/// Rows of a table, or zeros where the index is negative; chunk: a row of the output.
pub struct Embedding {
    table: *const f32,
    indices: *const i32,
    rows: usize,
    channels: usize,
    to: *mut f32,
}

impl Job for Embedding {
    type Arguments = EmbeddingArguments;

    fn prepare(args: &EmbeddingArguments, s: &Setting) -> Result<Self, Fault> {
        let (channels, rows) = (size(args.channels)?, s.chunks);
        let indices = s.memory.integers(args.indices, rows)?;
        // SAFETY: there are so many.
        let last = (0..rows).map(|i| unsafe { *indices.add(i) }).max().unwrap_or(-1);
        Ok(Embedding {
            table: s.memory.floats(args.table, area(&[(i64::from(last) + 1) as usize, channels])?)?,
            indices,
            rows,
            channels,
            to: s.memory.floats(args.to, area(&[rows, channels])?)?,
        })
    }

    fn chunks(&self) -> usize {
        self.rows
    }

    #[inline(always)]
    unsafe fn run<S: Simd>(&self, chunk: usize, _thread: usize) {
        unsafe {
            let to = self.to.add(chunk * self.channels);
            match usize::try_from(*self.indices.add(chunk)) {
                Ok(index) => std::ptr::copy(self.table.add(index * self.channels), to, self.channels),
                Err(_) => std::ptr::write_bytes(to, 0, self.channels),
            }
        }
    }
}

/// The sum of dy over the indices that name a row, in order; chunk: a row of the table.
pub struct EmbeddingGrad {
    dy: *const f32,
    indices: *const i32,
    count: usize,
    channels: usize,
    rows: usize,
    to: *mut f32,
}

impl Job for EmbeddingGrad {
    type Arguments = EmbeddingGradArguments;

    fn prepare(args: &EmbeddingGradArguments, s: &Setting) -> Result<Self, Fault> {
        let (count, channels, rows) = (size(args.count)?, size(args.channels)?, s.chunks);
        Ok(EmbeddingGrad {
            dy: s.memory.floats(args.dy, area(&[count, channels])?)?,
            indices: s.memory.integers(args.indices, count)?,
            count,
            channels,
            rows,
            to: s.memory.floats(args.to, area(&[rows, channels])?)?,
        })
    }

    fn chunks(&self) -> usize {
        self.rows
    }

    #[inline(always)]
    unsafe fn run<S: Simd>(&self, chunk: usize, _thread: usize) {
        unsafe {
            let to = self.to.add(chunk * self.channels);
            std::ptr::write_bytes(to, 0, self.channels);
            for i in 0..self.count {
                if usize::try_from(*self.indices.add(i)) != Ok(chunk) {
                    continue;
                }
                for c in 0..self.channels {
                    *to.add(c) += *self.dy.add(i * self.channels + c);
                }
            }
        }
    }
}
