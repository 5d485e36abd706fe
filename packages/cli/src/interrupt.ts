/** Ctrl-C in two stages: the first aborts the signal, so that work ends in good order; the second ends the process. */

/** One Ctrl-C can arrive twice, from the terminal and passed on by npm. */
const SAME_KEYSTROKE = 400;

export interface Interrupt {
  readonly signal: AbortSignal;
  /** Hands Ctrl-C back to the system. */
  release(): void;
}

export function catchInterrupt(onFirst: () => void, now: () => number = Date.now): Interrupt {
  const controller = new AbortController();
  let first = 0;
  const handle = () => {
    if (!controller.signal.aborted) {
      first = now();
      controller.abort();
      onFirst();
    } else if (now() - first > SAME_KEYSTROKE) {
      process.exit(130);
    }
  };
  process.on('SIGINT', handle);
  process.on('SIGTERM', handle);
  return {
    signal: controller.signal,
    release() {
      process.off('SIGINT', handle);
      process.off('SIGTERM', handle);
    },
  };
}
