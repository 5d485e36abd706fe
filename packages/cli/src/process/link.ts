/**
 * What the two threads of the command know of each other at any moment, also while one of them computes: whether the work is
 * to end, whether there is something to be saved, and how wide the terminal is.
 */
export interface Link {
  /** For `workerData`. */
  readonly memory: Int32Array<SharedArrayBuffer>;
  readonly isInterrupted: boolean;
  interrupt(): void;
  /** Whether an interrupted command is waited for, since it saves what it has. */
  readonly isHeld: boolean;
  hold(): void;
  /** Columns of the terminal; none where there is none. */
  columns: number | undefined;
}

const INTERRUPTED = 0;
const HELD = 1;
const COLUMNS = 2;

/** Creates a link, or the other end of one. */
export function createLink(memory = new Int32Array(new SharedArrayBuffer(12))): Link {
  return {
    memory,
    get isInterrupted() {
      return Atomics.load(memory, INTERRUPTED) === 1;
    },
    interrupt: () => void Atomics.store(memory, INTERRUPTED, 1),
    get isHeld() {
      return Atomics.load(memory, HELD) === 1;
    },
    hold: () => void Atomics.store(memory, HELD, 1),
    get columns() {
      return Atomics.load(memory, COLUMNS) || undefined;
    },
    set columns(columns) {
      Atomics.store(memory, COLUMNS, columns ?? 0);
    },
  };
}
