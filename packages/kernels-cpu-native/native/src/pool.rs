//! Work sharing. A job's chunks are handed out one by one through a counter, so that a slow or sleeping thread holds up no other; which
//! thread ran a chunk never matters to the result. Idle threads look for work for a moment, then sleep.

use crate::memory::{Fault, fault};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::*};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

type Entry = unsafe fn(job: *const (), chunk: usize, thread: usize);

/// How long to look for work, or for the end of a job, before sleeping: longer than JavaScript needs between two kernels, and
/// longer than it takes to be woken, which costs more than the work of small jobs. Measured: 0.1 ms gives a sampling step of 90 ms,
/// this one of 73.
const LOOK: Duration = Duration::from_micros(2000);
/// How long of that nobody else is let run: on a machine that has other work, the thread that is looked for may be the one that waits
/// for this processor. Measured with three trainings on two cores: a step of each takes 138 ms where all 2 ms are spun, 110 where
/// 0.2 are, and 85 with this one; one training alone is as fast in all three.
const SPIN: Duration = Duration::from_micros(50);

/// Looks until `is_there`, and returns whether it came to be while that was worth it.
fn look(is_there: impl Fn() -> bool) -> bool {
    let from = Instant::now();
    while !is_there() {
        let looked = from.elapsed();
        if looked >= LOOK {
            return false;
        }
        if looked < SPIN { std::hint::spin_loop() } else { std::thread::yield_now() }
    }
    true
}

#[derive(Clone, Copy)]
struct Task {
    entry: Entry,
    job: *const (),
    chunks: usize,
}

// SAFETY: `Pool::run` outlives the task's use by other threads.
unsafe impl Send for Task {}

struct Shared {
    /// The task that threads take part in, and how many do.
    state: Mutex<State>,
    work: Condvar,
    finished: Condvar,
    /// Raised with every task, so that a thread that looks need not lock.
    generation: AtomicUsize,
    /// Workers within the task; the last to leave wakes who waits.
    inside: AtomicUsize,
    next: AtomicUsize,
    panicked: AtomicBool,
}

struct State {
    task: Option<Task>,
    generation: usize,
    ends: bool,
}

/// This thread and workers beside it.
pub struct Pool {
    shared: Arc<Shared>,
    workers: Vec<JoinHandle<()>>,
}

impl Pool {
    /// As many of `threads` − 1 workers as the system gives.
    pub fn new(threads: usize) -> Pool {
        let shared = Arc::new(Shared {
            state: Mutex::new(State { task: None, generation: 0, ends: false }),
            work: Condvar::new(),
            finished: Condvar::new(),
            generation: AtomicUsize::new(0),
            inside: AtomicUsize::new(0),
            next: AtomicUsize::new(0),
            panicked: AtomicBool::new(false),
        });
        let start = |thread: usize| {
            let shared = shared.clone();
            let name = format!("denoiser-{thread}");
            std::thread::Builder::new().name(name).spawn(move || shared.work(thread)).ok()
        };
        let workers = (1..threads.max(1)).map_while(start).collect();
        Pool { shared, workers }
    }

    pub fn threads(&self) -> usize {
        1 + self.workers.len()
    }

    /// Runs all chunks of a job, and returns when they are finished. A panic within is a fault.
    ///
    /// # Safety
    /// `entry` may be called with `job` and every chunk, on any thread.
    pub unsafe fn run(&self, entry: Entry, job: *const (), chunks: usize) -> Result<(), Fault> {
        let shared = &*self.shared;
        let task = Task { entry, job, chunks };
        shared.next.store(0, Relaxed);
        if chunks > 1 && !self.workers.is_empty() {
            {
                let mut state = shared.lock();
                state.task = Some(task);
                state.generation += 1;
                shared.generation.store(state.generation, Release);
            }
            shared.work.notify_all();
            shared.run_chunks(task, 0);
            // No thread may enter any more; those within finish their chunks.
            shared.lock().task = None;
            shared.await_workers();
        } else {
            shared.run_chunks(task, 0);
        }
        if shared.panicked.swap(false, AcqRel) { fault("a kernel met an impossible state") } else { Ok(()) }
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.shared.lock().ends = true;
        self.shared.generation.fetch_add(1, Release);
        self.shared.work.notify_all();
        for worker in self.workers.drain(..) {
            let _ = worker.join();
        }
    }
}

impl Shared {
    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn run_chunks(&self, task: Task, thread: usize) {
        loop {
            let chunk = self.next.fetch_add(1, Relaxed);
            if chunk >= task.chunks {
                return;
            }
            // SAFETY: as `Pool::run` was promised.
            let ran = catch_unwind(AssertUnwindSafe(|| unsafe { (task.entry)(task.job, chunk, thread) }));
            if ran.is_err() {
                self.panicked.store(true, Release);
            }
        }
    }

    fn await_workers(&self) {
        let has_left = || self.inside.load(Acquire) == 0;
        if look(has_left) {
            return;
        }
        let mut state = self.lock();
        while !has_left() {
            state = self.finished.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// A worker's life.
    fn work(&self, thread: usize) {
        let mut seen = 0;
        loop {
            look(|| self.generation.load(Acquire) != seen);
            let task = {
                let mut state = self.lock();
                while state.generation == seen && !state.ends {
                    state = self.work.wait(state).unwrap_or_else(PoisonError::into_inner);
                }
                if state.ends {
                    return;
                }
                seen = state.generation;
                if state.task.is_some() {
                    self.inside.fetch_add(1, AcqRel);
                }
                state.task
            };
            if let Some(task) = task {
                self.run_chunks(task, thread);
                if self.inside.fetch_sub(1, AcqRel) == 1 {
                    let state = self.lock();
                    self.finished.notify_one();
                    drop(state);
                }
            }
        }
    }
}
