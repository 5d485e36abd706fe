import * as remote from '@denoiser/pipeline/remote';
import { outOfMemory } from '../errors';
import type { Methods } from './methods';

export type { Context } from '@denoiser/pipeline/remote';

/** What the worker does for each method. */
export type Answers = remote.Answers<Methods>;

/** Answers the page's calls. */
export function answerCalls(endpoint: remote.Endpoint, answers: Answers): void {
  remote.answerCalls<Methods>(endpoint, answers, (message) =>
    /out of memory|allocation failed|memory access out of bounds/i.test(message) ? outOfMemory(message) : undefined,
  );
}
