import { WebError } from '../errors';

/** `navigator.locks`, as far as it is needed. */
export type Locks = {
  request<T>(name: string, options: { ifAvailable: true }, callback: (lock: unknown) => Promise<T> | T): Promise<T>;
};

/**
 * Holds a run, so that a second tab cannot train it or delete it. The browser lets go when the worker ends, however it ends.
 * Without the browser's locks (pages from http) nobody is kept out.
 *
 * @throws DenoiserError (`run-locked`) where another tab holds it.
 */
export async function lockRun(run: string, locks: Locks | undefined): Promise<{ release(): void }> {
  if (!locks) return { release() {} };
  return new Promise((resolve, reject) => {
    locks
      .request(`denoiser/run/${run}`, { ifAvailable: true }, (lock) => {
        if (lock) return new Promise<void>((release) => resolve({ release }));
        reject(
          new WebError(
            'run-locked',
            `The run "${run}" is being trained in another tab: stop it there, or choose another name.`,
          ),
        );
      })
      .catch(reject);
  });
}
