/**
 * Work sharing over shared memory. A job is a function of a chunk number; its arguments lie in memory. The ticket is one
 * 64-bit word, (generation, chunks left): whoever swaps it for one less owns that chunk. So a thread that sleeps or comes
 * late holds nobody up, and which thread ran a chunk never matters to the result.
 */

const TICKET: usize = 1024; // u64
const DONE: usize = 1088; // u32, chunks finished
const SLEEPERS: usize = 1152; // u32
const WAKE: usize = 1216; // u32, what sleepers wait on
const READY: usize = 1280; // u32, workers that entered their loop
const JOB: usize = 1344; // u32 table index, u32 chunks
const ARGUMENTS: usize = 1408; // up to 88 words, to 1760
const TEMPORARY: usize = 2048; // 1024 bytes a thread, 64 threads, to 67584

/** About 0.1 ms of looking before an idle worker goes to sleep: longer than the host needs between two kernels. */
const SPINS: i32 = 60_000;

let thread: u32 = 0;

/** Number of this thread; the host is 0. */
@inline
export function threadIndex(): u32 {
  return thread;
}

/** 1024 bytes for this thread alone. */
@inline
export function temporary(): usize {
  return TEMPORARY + ((<usize>thread) << 10);
}

@inline
export function argument(index: usize): usize {
  return load<usize>(ARGUMENTS + (index << 2));
}

@inline
export function argumentF32(index: usize): f32 {
  return load<f32>(ARGUMENTS + (index << 2));
}

function runChunks(): bool {
  let ran = false;
  while (true) {
    const ticket = atomic.load<u64>(TICKET);
    const left = <u32>ticket;
    if (left == 0) return ran;
    if (atomic.cmpxchg<u64>(TICKET, ticket, ticket - 1) == ticket) {
      call_indirect<void>(load<u32>(JOB), <i32>(load<u32>(JOB + 4) - left));
      // Only when this was the last one is it sure that the job is still the same, and only then does it matter.
      if (atomic.add<u32>(DONE, 1) + 1 == load<u32>(JOB + 4)) atomic.notify(DONE, 1);
      ran = true;
    }
  }
}

/** A worker's life: look for chunks, sleep when there were none for a while. Never returns. */
export function work(index: u32): void {
  thread = index;
  atomic.add<u32>(READY, 1);
  let idle = 0;
  while (true) {
    if (runChunks()) idle = 0;
    else if (++idle > SPINS) {
      const wake = atomic.load<u32>(WAKE);
      atomic.add<u32>(SLEEPERS, 1);
      if (<u32>atomic.load<u64>(TICKET) == 0) atomic.wait<u32>(WAKE, wake, -1);
      atomic.sub<u32>(SLEEPERS, 1);
      idle = 0;
    }
  }
}

/** Shares `chunks` of a job with the workers and takes part until none is left to take. */
export function share(job: u32, chunks: u32): void {
  store<u32>(JOB, job);
  store<u32>(JOB + 4, chunks);
  atomic.store<u32>(DONE, 0);
  const generation = (atomic.load<u64>(TICKET) >> 32) + 1;
  atomic.store<u64>(TICKET, (generation << 32) | (<u64>chunks));
  if (atomic.load<u32>(SLEEPERS) != 0) {
    atomic.add<u32>(WAKE, 1);
    atomic.notify(WAKE, -1);
  }
  runChunks();
}

/** Looks `spins` times whether every chunk is finished. */
export function finished(spins: i32): bool {
  const chunks = load<u32>(JOB + 4);
  while (spins-- > 0) if (atomic.load<u32>(DONE) == chunks) return true;
  return false;
}

/** Runs all chunks on this thread. */
export function runAlone(job: u32, chunks: i32): void {
  for (let chunk = 0; chunk < chunks; chunk++) call_indirect<void>(job, chunk);
}
