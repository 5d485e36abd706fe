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
  /** Columns of the terminals of output and of errors; none where there is none. */
  readonly columns: Record<'stdout' | 'stderr', number | undefined>;
}

const INTERRUPTED = 0;
const HELD = 1;
const COLUMNS = { stdout: 2, stderr: 3 };

/** Creates a link, or the other end of one. */
export function createLink(memory = new Int32Array(new SharedArrayBuffer(16))): Link {
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
    columns: columnsIn(memory),
  };
}

function columnsIn(memory: Int32Array): Link['columns'] {
  const columns = {} as Link['columns'];
  for (const stream of ['stdout', 'stderr'] as const) {
    Object.defineProperty(columns, stream, {
      get: () => Atomics.load(memory, COLUMNS[stream]) || undefined,
      set: (count?: number) => void Atomics.store(memory, COLUMNS[stream], count ?? 0),
    });
  }
  return columns;
}
