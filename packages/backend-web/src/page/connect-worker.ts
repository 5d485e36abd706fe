import { WebError } from '../errors';
import { createCaller } from '../protocol/caller';
import type { Endpoint } from '../protocol/endpoint';
import type { SentTrainRequest, TrainingEvent, TrainRequest } from '../protocol/training';
import type { Client } from './client';
import { isImageSet, openImageSet } from './image-sets';
import { modelOf } from './model';
import { sendableModel } from './model-source';
import { createTraining, type Training, type TrainingControl } from './training';

/** A worker, or anything that talks like one. */
export type WorkerLike = Endpoint & {
  terminate?(): void;
  addEventListener(type: 'error', listener: (event: { message?: string }) => void): void;
};

/**
 * Connects the page with a worker of its own that runs `serveWorker`:
 * `connectWorker(new Worker(new URL('./worker.js', import.meta.url), { type: 'module' }))`.
 */
export function connectWorker(worker: Worker | WorkerLike): Client {
  const endpoint = worker as WorkerLike;
  const caller = createCaller(endpoint);
  const { call, stream, fail } = caller;
  let unnamed = 0;
  endpoint.addEventListener('error', ({ message }) => {
    fail(
      new WebError(
        'worker-ended',
        `The worker failed (${message || 'its program could not be loaded'}): look at the browser's console, then load the page again.`,
      ),
    );
  });

  const download: Client['download'] = (run, { weights = 'ema' } = {}) => call('download', { run, weights });

  const openImages: Client['openImages'] = (request) => openImageSet(caller, request);

  function training(
    run: string,
    events: Promise<AsyncGenerator<TrainingEvent, void, undefined>>,
    control: TrainingControl,
  ): Training {
    const ask = async (action: 'pause' | 'resume' | 'stop') => {
      await events;
      await call('control', { run, action });
    };
    const controls = {
      run,
      pause: () => ask('pause'),
      resume: () => ask('resume'),
      stop: () => ask('stop'),
      download: (options: Parameters<Training['download']>[0]) => download(run, options),
    };
    return createTraining(events, controls, control);
  }

  /** Begins at once on a set, or as soon as pictures are read, which the worker lets go of with the training. */
  async function begin(
    { images, size, channels, ...request }: TrainRequest & Pick<SentTrainRequest, 'run' | 'isKept'>,
    signal: AbortSignal | undefined,
  ): Promise<AsyncGenerator<TrainingEvent, void, undefined>> {
    if (isImageSet(images)) return stream('train', { ...request, images: images.id }, { signal });
    const set = await openImages({ images, size, channels, signal });
    const events = stream('train', { ...request, images: set.id }, { signal });
    void call('closeImages', set.id).catch(() => {});
    return (async function* () {
      for (const message of set.skipped) yield { type: 'warning', code: 'picture-skipped', message };
      yield* events;
    })();
  }

  return {
    start: ({ device = 'auto' } = {}) => call('start', { device }),
    async openModel(source, facts = {}) {
      const sent = await sendableModel(source);
      const file = 'file' in sent ? sent.file : undefined;
      // Of a view its part alone.
      const own = file instanceof Uint8Array && file.byteLength < file.buffer.byteLength ? file.slice() : file;
      const buffer = own instanceof Uint8Array ? own.buffer : own;
      const transfer = buffer instanceof ArrayBuffer ? [buffer] : [];
      return modelOf(
        caller,
        await call('openModel', { source: own ? { ...sent, file: own } : sent, facts }, { transfer }),
      );
    },
    async attachCanvas(canvas) {
      const given = 'transferControlToOffscreen' in canvas ? canvas.transferControlToOffscreen() : canvas;
      return call('attachCanvas', { canvas: given }, { transfer: [given] });
    },
    detachCanvas: (id) => call('detachCanvas', id),
    openImages,
    closeImages: ({ id }) => call('closeImages', id),
    train({ onStep, onEvent, signal, ...request }) {
      const run = request.run ?? `unnamed ${++unnamed}`;
      const events = begin({ ...request, run, isKept: request.run !== undefined }, signal);
      return training(run, events, { onStep, onEvent });
    },
    resumeRun(run, { steps, onStep, onEvent, signal } = {}) {
      const events = stream('resumeRun', { run, ...(steps !== undefined && { steps }) }, { signal });
      return training(run, Promise.resolve(events), { onStep, onEvent });
    },
    runs: () => call('runs', undefined),
    deleteRun: (run) => call('deleteRun', run),
    download,
    close() {
      endpoint.terminate?.();
      fail(new WebError('worker-closed', 'The worker was closed before it answered: connect a new one.'));
    },
  };
}
