import type { Link } from './link';

/** The process that a command runs in, as far as it concerns the command. */
export interface Host {
  /** Aborted by Ctrl-C, TERM and HUP: the work ends in good order. */
  readonly signal: AbortSignal;
  /** Says that from here on there is work to be saved: until it is, the process does not end by a first Ctrl-C. */
  hold(): void;
  /** Shows on a terminal, until there is something else to be shown, what the time is spent on. */
  status(text: string): void;
}

/** Creates a host that asks for nothing and shows nothing, for programs that call the command's functions. */
export const quietHost = (): Host => ({ signal: new AbortController().signal, hold() {}, status() {} });

/**
 * Creates the host at a link's end. Its signal is aborted by `abort`, and by looking at it: `aborted` and `throwIfAborted`
 * see what the other thread has set while this one computes.
 */
export function createHost(link: Link, status: (text: string) => void): Host & { abort(): void } {
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
  return { signal, hold: link.hold, status, abort };
}
