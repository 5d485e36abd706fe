import type { Link } from './link';

/** How a command is told to end in good order. */
export interface Interrupt {
  readonly signal: AbortSignal;
  /** Says that from here on there is work to be saved: until it is, the process does not end by a first Ctrl-C. */
  hold(): void;
}

/** An interrupt that nobody sends, for programs that call the command's functions. */
export const uninterrupted = (): Interrupt => ({ signal: new AbortController().signal, hold() {} });

/**
 * The interrupt at a link's end. Its signal is aborted by a message, and by looking at it: `aborted` and `throwIfAborted`
 * see what the other thread has set while this one computes.
 */
export function interruptOf(link: Link): Interrupt & { abort(): void } {
  const controller = new AbortController();
  const { signal } = controller;
  const abort = () => controller.abort();
  const { get } = Object.getOwnPropertyDescriptor(AbortSignal.prototype, 'aborted') as { get(): boolean };
  const isAborted = () => {
    if (link.isInterrupted && !get.call(signal)) abort();
    return get.call(signal);
  };
  Object.defineProperty(signal, 'aborted', { get: isAborted });
  Object.defineProperty(signal, 'throwIfAborted', {
    value() {
      if (isAborted()) throw signal.reason;
    },
  });
  return { signal, hold: link.hold, abort };
}
