import { WebError } from '../error';
import { createCaller } from '../protocol/caller';
import type { Endpoint } from '../protocol/endpoint';
import type { Client, TrainingSession } from './client';

/** A worker, or anything that talks like one. */
export type WorkerLike = Endpoint & {
  terminate?(): void;
  addEventListener(type: 'error' | 'messageerror', listener: (event: { message?: string }) => void): void;
};

/**
 * Connects the page with a worker that runs `serveWorker`:
 * `connectWorker(new Worker(new URL('./denoiser-worker.js', import.meta.url), { type: 'module' }))`.
 */
export function connectWorker(worker: Worker | WorkerLike): Client {
  const endpoint = worker as WorkerLike;
  const { call, stream, fail } = createCaller(endpoint);
  endpoint.addEventListener('error', ({ message }) => {
    fail(
      new WebError(
        'worker-failed',
        `The worker failed (${message || 'its program could not be loaded'}): look at the browser's console, then load the page again.`,
      ),
    );
  });

  const download: Client['download'] = (run, { weights = 'ema' } = {}) => call('download', { run, weights });

  function session(run: string, events: ReturnType<typeof stream<'train'>>): TrainingSession {
    const control = (action: 'pause' | 'resume' | 'stop') => call('control', { run, action });
    return {
      run,
      [Symbol.asyncIterator]: () => events,
      pause: () => control('pause'),
      resume: () => control('resume'),
      stop: () => control('stop'),
      download: (options) => download(run, options),
    };
  }

  return {
    start: ({ device = 'auto' } = {}) => call('start', { device }),
    load(file, facts = {}) {
      const given = file instanceof Uint8Array && file.byteLength < file.buffer.byteLength ? file.slice() : file;
      const buffer = given instanceof Uint8Array ? given.buffer : given;
      return call('load', { file: given, facts }, { transfer: buffer instanceof ArrayBuffer ? [buffer] : [] });
    },
    unload: () => call('unload', undefined),
    sample: ({ signal, ...request }) => stream('sample', request, { signal }),
    async attachCanvas(canvas) {
      const given = 'transferControlToOffscreen' in canvas ? canvas.transferControlToOffscreen() : canvas;
      return call('attachCanvas', { canvas: given }, { transfer: [given] });
    },
    detachCanvas: (id) => call('detachCanvas', id),
    openImages: ({ onProgress, signal, ...request }) =>
      call('openImages', request, { signal, onEvent: ({ done, total }) => onProgress?.(done, total) }),
    closeImages: (id) => call('closeImages', id),
    train: (request) => session(request.run, stream('train', request)),
    resumeRun: (run, { steps } = {}) =>
      session(run, stream('resumeRun', { run, ...(steps !== undefined && { steps }) })),
    runs: () => call('runs', undefined),
    deleteRun: (run) => call('deleteRun', run),
    download,
    close() {
      endpoint.terminate?.();
      fail(new WebError('worker-closed', 'The worker was closed before it answered: connect a new one.'));
    },
  };
}
