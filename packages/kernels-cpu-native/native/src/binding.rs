//! What JavaScript sees: a machine that runs jobs on a memory.

use crate::job::Setting;
use crate::jobs::JOBS;
use crate::memory::Memory;
use crate::pool::Pool;
use crate::simd::{COLUMNS, Level};
use napi::bindgen_prelude::*;
use napi_derive::napi;

/// The levels of this processor, best first.
#[napi]
pub fn levels() -> Vec<&'static str> {
    Level::all().into_iter().map(Level::name).collect()
}

/// The names of all jobs; a job is called by its place among them.
#[napi]
pub fn jobs() -> Vec<&'static str> {
    JOBS.iter().map(|&(name, _)| name).collect()
}

/// Asks the system for pages of 2 MB: tensors are walked in strides that the address caches of small pages do not hold.
#[cfg(target_os = "linux")]
fn ask_for_large_pages(bytes: &[u8]) {
    // SAFETY: advice changes nothing that can be read; the memory begins at a page. Refused advice is no harm.
    unsafe { libc::madvise(bytes.as_ptr().cast_mut().cast(), bytes.len(), libc::MADV_HUGEPAGE) };
}

#[cfg(not(target_os = "linux"))]
fn ask_for_large_pages(_bytes: &[u8]) {}

/// Threads, a memory and a level of instructions.
#[napi]
pub struct Machine {
    pool: Pool,
    level: Level,
    memory: Option<Uint8Array>,
}

#[napi]
impl Machine {
    #[napi(constructor)]
    pub fn new(threads: u32, level: Option<String>) -> Result<Machine> {
        let levels = Level::all();
        let level = match level {
            None => levels[0],
            Some(name) => *levels
                .iter()
                .find(|level| level.name() == name)
                .ok_or_else(|| Error::from_reason(format!("this processor has no level {name}")))?,
        };
        Ok(Machine { pool: Pool::new(threads as usize), level, memory: None })
    }

    #[napi(getter)]
    pub fn threads(&self) -> u32 {
        self.pool.threads() as u32
    }

    #[napi(getter)]
    pub fn level(&self) -> &'static str {
        self.level.name()
    }

    #[napi(getter)]
    pub fn lanes(&self) -> u32 {
        self.level.lanes() as u32
    }

    #[napi(getter)]
    pub fn rows(&self) -> u32 {
        self.level.rows() as u32
    }

    #[napi(getter)]
    pub fn columns(&self) -> u32 {
        COLUMNS as u32
    }

    /// Takes the bytes that addresses count from. Called again when they have become more.
    #[napi]
    pub fn set_memory(&mut self, memory: Uint8Array) {
        ask_for_large_pages(&memory);
        self.memory = Some(memory);
    }

    /// Runs chunks of a job whose arguments lie at an address.
    #[napi]
    pub fn run(&self, job: u32, arguments: u32, chunks: u32) -> Result<()> {
        let Some(bytes) = &self.memory else {
            return Err(Error::from_reason("the machine has no memory yet"));
        };
        let Some(&(name, run)) = JOBS.get(job as usize) else {
            return Err(Error::from_reason(format!("there is no job {job}")));
        };
        let Some(arguments) = bytes.get(arguments as usize..) else {
            return Err(Error::from_reason("the arguments lie outside of the memory"));
        };
        // SAFETY: the bytes stay where they are as long as they are referred to from here; JavaScript waits.
        let memory = unsafe { Memory::new(bytes.as_ptr().cast_mut(), bytes.len()) };
        let setting = Setting { memory: &memory, threads: self.pool.threads(), chunks: chunks as usize };
        run(arguments, chunks as usize, self.level, &setting, &self.pool)
            .map_err(|fault| Error::from_reason(format!("{name}: {fault}")))
    }
}
