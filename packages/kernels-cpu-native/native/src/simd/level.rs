//! The entries that have a level's instructions enabled, and which level this processor has.

use super::{Portable, Simd};
#[cfg(target_arch = "x86_64")]
use crate::gemm::Product;
use crate::job::Job;

/// The instructions that kernels are compiled for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Level {
    /// AVX-512 and the tile registers of AMX.
    #[cfg(target_arch = "x86_64")]
    Amx,
    #[cfg(target_arch = "x86_64")]
    Avx512,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    #[cfg(target_arch = "aarch64")]
    Neon,
    Portable,
}

/// Runs a chunk of the job at an address. Its type is known to who made it.
pub type Entry = unsafe fn(job: *const (), chunk: usize, thread: usize);

impl Level {
    /// All that this processor has, best first.
    pub fn all() -> Vec<Level> {
        let mut levels = Vec::new();
        #[cfg(target_arch = "x86_64")]
        {
            let has_avx2 = is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma");
            let has_avx512 = is_x86_feature_detected!("avx512f")
                && is_x86_feature_detected!("avx512dq")
                && is_x86_feature_detected!("avx512bw")
                && is_x86_feature_detected!("avx512vl");
            if has_avx2 && has_avx512 && crate::tiles::are_there() {
                levels.push(Level::Amx);
            }
            if has_avx2 && has_avx512 {
                levels.push(Level::Avx512);
            }
            if has_avx2 {
                levels.push(Level::Avx2);
            }
        }
        #[cfg(target_arch = "aarch64")]
        levels.push(Level::Neon);
        levels.push(Level::Portable);
        levels
    }

    pub fn name(self) -> &'static str {
        match self {
            #[cfg(target_arch = "x86_64")]
            Level::Amx => "amx",
            #[cfg(target_arch = "x86_64")]
            Level::Avx512 => "avx512",
            #[cfg(target_arch = "x86_64")]
            Level::Avx2 => "avx2",
            #[cfg(target_arch = "aarch64")]
            Level::Neon => "neon",
            Level::Portable => "portable",
        }
    }

    pub fn lanes(self) -> usize {
        match self {
            #[cfg(target_arch = "x86_64")]
            Level::Amx | Level::Avx512 => super::Avx512::<false>::LANES,
            #[cfg(target_arch = "x86_64")]
            Level::Avx2 => super::Avx2::LANES,
            #[cfg(target_arch = "aarch64")]
            Level::Neon => super::Neon::LANES,
            Level::Portable => Portable::LANES,
        }
    }

    pub fn rows(self) -> usize {
        match self {
            #[cfg(target_arch = "x86_64")]
            Level::Amx => crate::tiles::ROWS,
            #[cfg(target_arch = "x86_64")]
            Level::Avx512 => super::Avx512::<false>::ROWS,
            #[cfg(target_arch = "x86_64")]
            Level::Avx2 => super::Avx2::ROWS,
            #[cfg(target_arch = "aarch64")]
            Level::Neon => super::Neon::ROWS,
            Level::Portable => Portable::ROWS,
        }
    }

    pub fn entry<J: Job>(self) -> Entry {
        match self {
            #[cfg(target_arch = "x86_64")]
            Level::Amx => amx::<J>,
            #[cfg(target_arch = "x86_64")]
            Level::Avx512 => avx512::<J>,
            #[cfg(target_arch = "x86_64")]
            Level::Avx2 => avx2::<J>,
            #[cfg(target_arch = "aarch64")]
            Level::Neon => neon::<J>,
            Level::Portable => portable::<J>,
        }
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512dq,avx512bw,avx512vl,avx2,fma")]
unsafe fn amx<J: Job>(job: *const (), chunk: usize, thread: usize) {
    unsafe { (*job.cast::<J>()).run::<super::Avx512<true>>(chunk, thread) }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512dq,avx512bw,avx512vl,avx2,fma")]
unsafe fn avx512<J: Job>(job: *const (), chunk: usize, thread: usize) {
    unsafe { (*job.cast::<J>()).run::<super::Avx512<false>>(chunk, thread) }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
unsafe fn avx2<J: Job>(job: *const (), chunk: usize, thread: usize) {
    unsafe { (*job.cast::<J>()).run::<super::Avx2>(chunk, thread) }
}

#[cfg(target_arch = "aarch64")]
unsafe fn neon<J: Job>(job: *const (), chunk: usize, thread: usize) {
    unsafe { (*job.cast::<J>()).run::<super::Neon>(chunk, thread) }
}

unsafe fn portable<J: Job>(job: *const (), chunk: usize, thread: usize) {
    unsafe { (*job.cast::<J>()).run::<Portable>(chunk, thread) }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512dq,avx512bw,avx512vl,avx2,fma")]
pub unsafe fn multiply_avx512(product: &Product) {
    unsafe { crate::gemm::multiply::<super::Avx512<false>>(product) }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
pub unsafe fn multiply_avx2(product: &Product) {
    unsafe { crate::gemm::multiply::<super::Avx2>(product) }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512dq,avx512bw,avx512vl,avx2,fma")]
pub unsafe fn multiply_amx(product: &Product) {
    unsafe { crate::tiles::multiply(product) }
}
