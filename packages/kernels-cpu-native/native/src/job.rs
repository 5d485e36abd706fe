//! What threads run chunk by chunk.

use crate::memory::{Fault, Memory};
use crate::simd::Simd;

/// What a job is prepared for.
pub struct Setting<'a> {
    pub memory: &'a Memory,
    pub threads: usize,
    /// How many chunks are to be run.
    pub chunks: usize,
}

/// A job whose arguments were checked: its pointers lie in memory whatever the chunk.
pub trait Job: Sized {
    type Arguments: Copy;

    fn prepare(args: &Self::Arguments, setting: &Setting) -> Result<Self, Fault>;

    /// How many chunks there are, at least as many as are to be run.
    fn chunks(&self) -> usize;

    /// # Safety
    /// `chunk` is below `chunks()`, `thread` below the number of threads and of this thread alone; the processor has the instructions of S,
    /// and the caller has them enabled.
    unsafe fn run<S: Simd>(&self, chunk: usize, thread: usize);
}
