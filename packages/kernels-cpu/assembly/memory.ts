/** The map of the first bytes of memory. What several threads write has a cache line of its own. */
export const enum Address {
  /** u64: the generation of the job, and its chunks left. */
  ticket = 1024,
  /** u32: chunks finished. */
  done = 1088,
  /** u32: workers asleep. */
  sleepers = 1152,
  /** u32: what they wait on. */
  wake = 1216,
  /** u32: workers that entered their loop. */
  ready = 1280,
  /** u32 index of the job in the table, u32 chunks. */
  job = 1344,
  /** The arguments of the job. */
  arguments = 1408,
  /** Limit.temporaryBytes for each thread. */
  temporary = 2048,
  /** The compiler's constants. The heap comes after them. */
  constants = 67584,
}

export const enum Limit {
  threads = 64,
  temporaryBytes = 1024,
}
