import { readFileSync, readlinkSync } from 'node:fs';
import { systemCode } from '@denoiser/errors';

/** What a lock file says of the process that holds it. */
export type LockHolder = {
  readonly pid: number;
  readonly host: string;
  /** When it was taken, as ISO 8601. */
  readonly since: string;
  /** Tells the process from a later one of the same number, where the system can say. */
  readonly started?: string;
  /**
   * Where the number means that process: containers of one machine count for themselves, and machines may share a name.
   * Where the system can say.
   */
  readonly space?: string;
  readonly id: string;
};

const LONGEST_TEXT = 1000;
const MOST_BYTES = 10_000;
const LARGEST_PID = 2 ** 31 - 1;

/** Returns the holder that a lock file names; `unfinished` if its writer has not filled it (yet), `damaged` otherwise. */
export function readLockHolder(bytes: Uint8Array): LockHolder | 'unfinished' | 'damaged' {
  if (bytes.length > MOST_BYTES) return 'damaged';
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return 'unfinished';
  }
  return isHolder(value) ? value : 'damaged';
}

function isHolder(value: unknown): value is LockHolder {
  if (typeof value !== 'object' || value === null) return false;
  const { pid, host, since, started, space, id } = value as Record<string, unknown>;
  const isText = (field: unknown) => typeof field === 'string' && field.length <= LONGEST_TEXT;
  return (
    Number.isInteger(pid) &&
    Number(pid) > 0 &&
    Number(pid) <= LARGEST_PID &&
    [host, since, id].every(isText) &&
    [started, space].every((field) => field === undefined || isText(field))
  );
}

/** Whether the process lives that took a lock on this machine, in this space of process numbers. */
export function isRunning({ pid, started }: LockHolder): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (systemCode(error) === 'ESRCH') return false;
  }
  const now = startOf(pid);
  return started === undefined || now === undefined || started === now;
}

/** When a process started, as Linux counts it, together with the boot: process numbers come again. */
export function startOf(pid: number): string | undefined {
  return ifThere(() => {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    // The name, second of the fields, may hold spaces and parentheses; the start is the 20th after it.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\)\s/s, '')
      .split(' ');
    return `${boot}/${fields[19]}`;
  });
}

/** The machine, and the name space of process numbers in it, of this process, as Linux names them. */
export function processSpace(): string | undefined {
  const namespace = ifThere(() => readlinkSync('/proc/self/ns/pid'));
  const machine = ifThere(() => readFileSync('/etc/machine-id', 'utf8').trim());
  return namespace && `${machine ?? ''}/${namespace}`;
}

function ifThere<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined; // another system, or not allowed
  }
}
