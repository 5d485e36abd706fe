import { Address, Limit } from './memory';

/**
 * Work sharing over shared memory. A job is a function of its arguments, which lie in memory, and a chunk number. The ticket is one
 * 64-bit word, (generation, chunks left): a thread that swaps it for one less owns that chunk. So a thread that sleeps or comes
 * late holds up no other, and which thread ran a chunk never matters to the result.
 */

/** About 0.1 ms of looking before an idle worker goes to sleep: longer than the host needs between two kernels. */
const SPINS: i32 = 60_000;

let thread: u32 = 0;

/** Number of this thread; the host is 0. */
@inline
export function threadIndex(): u32 {
  return thread;
}

/** Limit.temporaryBytes for this thread alone. */
@inline
export function temporary(): usize {
  return Address.temporary + <usize>thread * Limit.temporaryBytes;
}

function runChunks(): bool {
  let ran = false;
  while (true) {
    const ticket = atomic.load<u64>(Address.ticket);
    const left = <u32>ticket;
    if (left == 0) return ran;
    if (atomic.cmpxchg<u64>(Address.ticket, ticket, ticket - 1) == ticket) {
      call_indirect<void>(load<u32>(Address.job), Address.arguments, <i32>(load<u32>(Address.job + 4) - left));
      // Only when this was the last one is it sure that the job is still the same, and only then does it matter.
      if (atomic.add<u32>(Address.done, 1) + 1 == load<u32>(Address.job + 4)) atomic.notify(Address.done, 1);
      ran = true;
    }
  }
}

/** A worker's life: look for chunks, sleep when there were none for a while. Never returns. */
export function work(index: u32): void {
  thread = index;
  atomic.add<u32>(Address.ready, 1);
  let idle = 0;
  while (true) {
    if (runChunks()) idle = 0;
    else if (++idle > SPINS) {
      const wake = atomic.load<u32>(Address.wake);
      atomic.add<u32>(Address.sleepers, 1);
      if (<u32>atomic.load<u64>(Address.ticket) == 0) atomic.wait<u32>(Address.wake, wake, -1);
      atomic.sub<u32>(Address.sleepers, 1);
      idle = 0;
    }
  }
}

/** Shares `chunks` of a job with the workers and takes part until none is left to take. */
export function share(job: u32, chunks: u32): void {
  store<u32>(Address.job, job);
  store<u32>(Address.job + 4, chunks);
  atomic.store<u32>(Address.done, 0);
  const generation = (atomic.load<u64>(Address.ticket) >> 32) + 1;
  atomic.store<u64>(Address.ticket, (generation << 32) | (<u64>chunks));
  if (atomic.load<u32>(Address.sleepers) != 0) {
    atomic.add<u32>(Address.wake, 1);
    atomic.notify(Address.wake, -1);
  }
  runChunks();
}

/** Looks `spins` times whether every chunk is finished. */
export function finished(spins: i32): bool {
  const chunks = load<u32>(Address.job + 4);
  while (spins-- > 0) if (atomic.load<u32>(Address.done) == chunks) return true;
  return false;
}

/** Runs all chunks on this thread. */
export function runAlone(job: u32, chunks: i32): void {
  for (let chunk = 0; chunk < chunks; chunk++) call_indirect<void>(job, Address.arguments, chunk);
}
