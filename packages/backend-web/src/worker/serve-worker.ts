import { WebError } from '../error';
import type { DecodedImages } from '../images/image-set';
import { openImages } from '../images/open-images';
import { type Answers, answerCalls } from '../protocol/answerer';
import type { Endpoint } from '../protocol/endpoint';
import { originFolder } from '../storage/files';
import type { Locks } from '../storage/run-lock';
import { createCanvases } from './canvases';
import { createDeviceKeeper, isDeviceLoss } from './device-keeper';
import { createDrawGrid } from './draw-grid';
import { type LoadedModel, loadModelFile } from './loaded-model';
import { drawImages } from './sampling';
import { createSessions } from './sessions';
import type { ModelKind } from './web-model';

/** What is around a worker; by default the browser's own. */
export type Surroundings = {
  /** Where the page is. */
  readonly endpoint?: Endpoint;
  /** The folder of the page's files. */
  readonly storage?: () => Promise<FileSystemDirectoryHandle>;
  readonly locks?: Locks;
};

/**
 * Answers the page; a worker's whole program: `serveWorker({ createModel: createUNet, loadModel: loadUNet })` with the two
 * of `@denoiser/unet`.
 */
export function serveWorker(models: ModelKind, surroundings: Surroundings = {}): void {
  const { endpoint = globalThis as unknown as Endpoint, storage = originFolder, locks = browserLocks() } = surroundings;
  const device = createDeviceKeeper();
  const sessions = createSessions({ models, device, storage, locks });
  const canvases = createCanvases(createDrawGrid(device.current));
  const imageSets = new Map<number, DecodedImages>();
  let lastSet = 0;
  let loaded: LoadedModel | undefined;

  const free = () => {
    try {
      loaded?.model.dispose();
    } catch {
      // tensors of a lost device are gone already
    }
    loaded = undefined;
  };
  device.onRecovered(async () => {
    const { bytes, facts } = loaded ?? {};
    free();
    if (bytes && facts) loaded = loadModelFile(bytes, facts, models);
  });
  const find = <T>(value: T | undefined, what: string): T => {
    if (value !== undefined) return value;
    throw new WebError('not-there', `There ${what}.`);
  };

  const answers: Answers = {
    start: ({ device: request }) => device.start(request),
    async load({ file, facts }) {
      await device.ready();
      const bytes = new Uint8Array(file instanceof Blob ? await file.arrayBuffer() : file);
      const opened = loadModelFile(bytes, facts, models);
      free();
      // Only a GPU can be lost; elsewhere the file would take memory for nothing.
      loaded = device.current().gpu ? { ...opened, bytes } : opened;
      return opened.info;
    },
    unload: async () => free(),
    async sample(request, context) {
      await device.ready();
      const model = find(loaded, 'is no network to draw with: load a file first');
      try {
        await device.guard(drawImages(request, model, canvases, context));
      } catch (error) {
        if (isDeviceLoss(error)) await device.recover();
        throw error;
      }
    },
    attachCanvas: async ({ canvas }) => canvases.attach(canvas),
    detachCanvas: async (id) => canvases.detach(id),
    async openImages(request, { emit, signal }) {
      const { images, skipped } = await openImages(request, {
        signal,
        onProgress: (done, total) => void (done % 16 === 0 && emit({ done, total })),
      });
      imageSets.set(++lastSet, images);
      const { imageShape, classNames, labels } = images;
      return { id: lastSet, length: labels.length, imageShape, classNames, skipped };
    },
    closeImages: async (id) => {
      imageSets.delete(id);
    },
    async train(request, { emit, signal }) {
      checkSecure();
      await device.ready();
      const images = find(imageSets.get(request.images), `are no images ${request.images}: open them first`);
      await sessions.train(request, images, { send: emit, signal });
    },
    async resumeRun(request, { emit, signal }) {
      checkSecure();
      await device.ready();
      await sessions.resume(request, { send: emit, signal });
    },
    control: ({ run, action }) => sessions.control(run, action),
    async download({ run, weights }, { transfer }) {
      const bytes = await sessions.download(run, weights);
      transfer(bytes.buffer);
      return bytes;
    },
    runs: () => sessions.list(),
    deleteRun: (run) => sessions.delete(run),
    loseDevice: async () => device.lose(),
  };
  answerCalls(endpoint, answers);
}

/** Checkpoints have checksums, which browsers compute for trusted pages only. */
function checkSecure(): void {
  if (globalThis.crypto?.subtle) return;
  throw new WebError(
    'insecure-page',
    'Browsers train only on pages from https or localhost: serve the page from there.',
  );
}

const browserLocks = (): Locks | undefined =>
  (globalThis as { navigator?: { locks?: LockManager } }).navigator?.locks as Locks | undefined;
