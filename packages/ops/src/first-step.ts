import { backend } from '@tensorflow/tfjs-core';

/** A backend whose work is done elsewhere: it says only later that it had no memory for it, and compiles programs for it. */
interface ElsewhereBackend {
  /** Does the work, and throws where there was no memory for it. */
  allocating<T>(work: () => T | Promise<T>): Promise<T>;
  /** Compiles what the work would run, without computing it. */
  compiling(work: () => void): Promise<void>;
}

const current = () => backend() as Partial<ElsewhereBackend>;

/** Whether the current backend goes on where memory is missing, with numbers of no meaning: a graphics card does. */
export const goesOnWithoutMemory = (): boolean => current().allocating !== undefined;

/**
 * Does what first takes the memory of a run: a step of its largest size. What comes after it takes no more, and isn't looked at.
 *
 * @throws DenoiserError `out-of-memory` where the backend found afterwards that there was none.
 */
export async function allocating<T>(work: () => T | Promise<T>): Promise<T> {
  const device = current();
  return device.allocating ? device.allocating(work) : work();
}

/**
 * Compiles, where the current backend compiles programs, all that some work runs: beside each other, before it is done. The work is done
 * once with results of no meaning, so it must not change anything, nor wait.
 */
export async function compiling(work: () => void): Promise<void> {
  await current().compiling?.(work);
}
