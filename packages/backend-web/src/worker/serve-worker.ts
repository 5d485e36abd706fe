import type { Endpoint } from '../protocol/endpoint';
import type { ModelKind } from './web-model';

/**
 * Answers the page; a worker's whole program: `serveWorker({ createModel: createUNet, loadModel: loadUNet })` with the two
 * of `@denoiser/unet`.
 *
 * @param models the networks to train and to sample from.
 * @param endpoint where the page is; default the worker's own global.
 */
export function serveWorker(models: ModelKind, endpoint: Endpoint = globalThis as unknown as Endpoint): void {
  throw new Error(`Not yet: ${models} ${endpoint}`);
}
