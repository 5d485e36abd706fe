//! The native machine of denoiser's CPU engine: the jobs of kernels-cpu/assembly, on the same memory, with the vectors and threads of the
//! processor.

#[rustfmt::skip]
mod arguments;
#[cfg(not(test))] // Node's functions are there only in Node
pub mod binding;
pub mod gemm;
pub mod job;
pub mod jobs;
pub mod math;
pub mod memory;
pub mod pool;
pub mod simd;
#[cfg(test)]
mod tests;
#[cfg(target_arch = "x86_64")]
pub mod tiles;
