import * as remote from '@denoiser/pipeline/remote';
import type { Methods } from './methods';

/** Asks the worker. */
export type Caller = remote.Caller<Methods>;

export const createCaller = (endpoint: remote.Endpoint): Caller => remote.createCaller<Methods>(endpoint);
