import * as pipeline from '@denoiser/pipeline/awaitable';
import { WebError } from '../error';

export type { Awaitable } from '@denoiser/pipeline/awaitable';

/** As pipeline's `createAwaitable`, with errors that a page can have without TensorFlow.js. */
export const createAwaitable = <Step, Result>(
  what: string,
  run: (isWatched: boolean) => AsyncGenerator<Step, Result, undefined>,
): pipeline.Awaitable<Step, Result> =>
  pipeline.createAwaitable(what, run, (code, message) => new WebError(code, message));
