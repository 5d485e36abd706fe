import { PipelineError } from './errors';

/** Work with a result and steps on the way: to be awaited, or gone through once and awaited afterwards. */
export interface Awaitable<Step, Result> extends Promise<Result>, AsyncIterable<Step> {}

/**
 * Returns work that `run` does when it is first awaited or gone through; leaving the loop ends it. `run` is told whether
 * anybody looks at its steps.
 *
 * @param what what it is called in codes and sentences, such as 'drawing'.
 */
export function createAwaitable<Step, Result>(
  what: 'drawing' | 'training',
  run: (isWatched: boolean) => AsyncGenerator<Step, Result, undefined>,
): Awaitable<Step, Result> {
  let result: Promise<Result> | undefined;

  async function drain(): Promise<Result> {
    const steps = run(false);
    for (;;) {
      const { done, value } = await steps.next();
      if (done) return value;
    }
  }

  async function* watch(settle: Settle<Result>): AsyncGenerator<Step, void, undefined> {
    try {
      settle.resolve(yield* run(true));
    } catch (error) {
      settle.reject(error);
      throw error;
    } finally {
      // Of no effect where it has ended.
      settle.reject(new PipelineError(`${what}-left`, `The ${what} was left before its end: begin another.`));
    }
  }

  const ended = () => {
    result ??= drain();
    return result;
  };
  return {
    [Symbol.asyncIterator]() {
      if (result) throw new PipelineError(`${what}-begun`, `A ${what} is gone through once: begin another.`);
      const settle = {} as Settle<Result>;
      result = new Promise((resolve, reject) => Object.assign(settle, { resolve, reject }));
      result.catch(() => {}); // whoever goes through the steps has the error there
      return watch(settle);
    },
    // biome-ignore lint/suspicious/noThenProperty: to be awaited is what it is for
    then: (resolve, reject) => ended().then(resolve, reject),
    catch: (reject) => ended().catch(reject),
    finally: (then) => ended().finally(then),
    [Symbol.toStringTag]: what,
  };
}

interface Settle<Result> {
  resolve(result: Result): void;
  reject(error: unknown): void;
}
