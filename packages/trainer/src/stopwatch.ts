/** How long a step took in seconds, and the share of it in which the device waited for images. */
export type Lap = { seconds: number; waitingShare: number };

/**
 * Times the steps of training from the end of one to the end of the next, whether the device computes while it is told what
 * to do or afterwards. Time in which it has nothing to do because of callbacks and checkpoints doesn't count.
 *
 * @param now milliseconds
 */
export function stopwatch(now: () => number) {
  /** From when the time of the next step to end counts: the end of the one before it, or of a pause after that. */
  let start = now();
  let waited = 0;
  let underWay = 0;

  /** How long of `work` the device had nothing to do: since the last step ended, if none is under way now. */
  const idleDuring = async <T>(work: () => Promise<T>) => {
    const began = now();
    const result = await work();
    return { result, idle: underWay > 0 ? 0 : now() - Math.max(began, start) };
  };
  return {
    /** Times the step whose numbers these are: it ends when they come. */
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
    /** Time that counts as training, and as waiting. */
    async wait<T>(work: () => Promise<T>): Promise<T> {
      const { result, idle } = await idleDuring(work);
      waited += idle;
      return result;
    },
    /** Time that doesn't count. */
    async pause(work: () => Promise<void>) {
      const { idle } = await idleDuring(work);
      start += idle;
    },
  };
}
