import { WebError } from '../errors';
import type { DeviceRequest } from '../protocol/device';
import type { Client } from './client';
import { connectWorker } from './connect-worker';

let client: Client | undefined;

/** Returns the worker that comes with this package, started when it is first asked for. */
export function defaultClient(): Client {
  if (client) return client;
  if (typeof Worker !== 'function') {
    throw new WebError(
      'worker-missing',
      'There are no workers here: call this in a page, or use @denoiser/backend-node.',
    );
  }
  // Written like this, bundlers see that it is a program of its own.
  const worker = new Worker(new URL('./worker-ready.js', import.meta.url), { type: 'module', name: 'denoiser' });
  // One that has failed answers no more; what is asked next gets a new one.
  worker.addEventListener('error', () => {
    client = undefined;
  });
  client = connectWorker(worker);
  return client;
}

/**
 * Chooses what computes in the worker that comes with this package: 'auto' (default), 'webgpu', 'engine', 'webgl' or 'cpu'.
 * Without it the first call that computes takes the best.
 *
 * @throws DenoiserError for a device that does not start; `device-chosen` where the worker computes on another.
 */
export const start = (options?: { readonly device?: DeviceRequest | undefined }) => defaultClient().start(options);

/** Ends the worker that comes with this package, and all that goes on in it. The next call starts another. */
export function closeWorker(): void {
  client?.close();
  client = undefined;
}

/**
 * Opens a trained model: `await openModel('models/digits.safetensors')`, a file of the user's, bytes, or the name of a run
 * that this browser keeps.
 *
 * @throws DenoiserError where there is no such file or run, where it is damaged or holds another kind of network.
 */
export const openModel: Client['openModel'] = (source, facts) => defaultClient().openModel(source, facts);

/**
 * Trains a network on pictures: `await train({ images: input.files, steps: 500, onStep })`. Go through what happens instead
 * for samples on the way: `for await (const event of train(…))`.
 *
 * @throws DenoiserError where an option is none or does not fit; `run-exists`; `run-locked`; `dataset-empty`.
 */
export const train: Client['train'] = (request) => defaultClient().train(request);

/** Goes on with a run that this browser keeps, to `steps` in all (default: where it was to end). */
export const resumeRun: Client['resumeRun'] = (run, options) => defaultClient().resumeRun(run, options);

/** Decodes pictures in the worker, to train on more than once. */
export const openImages: Client['openImages'] = (request) => defaultClient().openImages(request);

/** Returns the runs that this browser keeps, the last changed first. */
export const listRuns: Client['runs'] = () => defaultClient().runs();

/** Deletes a run that this browser keeps. */
export const deleteRun: Client['deleteRun'] = (run) => defaultClient().deleteRun(run);

/** Returns a run's weights as a safetensors file, for `openModel`, the command and PyTorch. */
export const downloadRun: Client['download'] = (run, options) => defaultClient().download(run, options);
