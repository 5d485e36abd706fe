/** Seconds between two steps, and the share of them that was spent waiting for images. */
export type Lap = { seconds: number; waitingShare: number };

/** The time of training from step to step, without that spent in callbacks and on checkpoints. */
export function stopwatch(now: () => number) {
  let start = now();
  let waited = 0;
  return {
    lap(): Lap {
      const milliseconds = now() - start;
      const waitingShare = milliseconds > 0 ? Math.min(1, waited / milliseconds) : 0;
      start = now();
      waited = 0;
      return { seconds: milliseconds / 1000, waitingShare };
    },
    /** Time that counts as training, and as waiting. */
    async wait<T>(work: () => Promise<T>): Promise<T> {
      const began = now();
      try {
        return await work();
      } finally {
        waited += now() - began;
      }
    },
    /** Time that doesn't count. */
    async pause(work: () => Promise<void>) {
      const began = now();
      await work();
      start += now() - began;
    },
  };
}
