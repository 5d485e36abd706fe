/** A step's time in seconds, and the share of it in which the device waited for images. */
export type Lap = { seconds: number; waitingShare: number };

/**
 * Creates a stopwatch for the steps of training. It times from the end of one step to the end of the next, whether the device
 * computes at once or later. Time in which the device is idle for callbacks and checkpoints does not count.
 *
 * @param now a clock in milliseconds
 */
export function stopwatch(now: () => number) {
  /** When the next step's time begins: at the end of the step before, or of a pause after that. */
  let start = now();
  let waited = 0;
  let underWay = 0;

  /** Does `work`, and measures how long the device was idle meanwhile. */
  const idleDuring = async <T>(work: () => Promise<T>) => {
    const began = now();
    const result = await work();
    return { result, idle: underWay > 0 ? 0 : now() - Math.max(began, start) };
  };
  return {
    /** Times the step that ends when these numbers come. */
    async lap<T>(numbers: Promise<T>): Promise<Lap & { numbers: T }> {
      underWay++;
      try {
        const value = await numbers;
        const milliseconds = now() - start;
        const waitingShare = milliseconds > 0 ? Math.min(1, waited / milliseconds) : 0;
        start += milliseconds;
        waited = 0;
        return { numbers: value, seconds: milliseconds / 1000, waitingShare };
      } finally {
        underWay--;
      }
    },
    /** Does work whose time counts as training, and as waiting. */
    async wait<T>(work: () => Promise<T>): Promise<T> {
      const { result, idle } = await idleDuring(work);
      waited += idle;
      return result;
    },
    /** Does work whose time does not count. */
    async pause(work: () => Promise<void>) {
      const { idle } = await idleDuring(work);
      start += idle;
    },
  };
}
