import type { Model } from '@denoiser/pipeline';
import type { OpenTensors } from '@denoiser/safetensors';
import { WebError } from '../errors';
import type { DecodedImages } from '../images/image-set';
import { openImages } from '../images/open-images';
import { type Answers, answerCalls } from '../protocol/answerer';
import { checkedAnswers } from '../protocol/check-arguments';
import type { Endpoint } from '../protocol/endpoint';
import type { ModelId } from '../protocol/methods';
import { originFolder } from '../storage/files';
import type { Locks } from '../storage/run-lock';
import { blobFolder, blobSource } from './blob-sources';
import { createCanvases } from './canvases';
import { createDeviceKeeper, isDeviceLoss } from './device-keeper';
import { createDrawGrid } from './draw-grid';
import { drawForPage, interpolateForPage } from './drawing';
import { evaluateForPage, invertForPage } from './measuring';
import { createOpenModels } from './open-models';
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
  const openedModels = createOpenModels(device, models);
  const imageSets = new Map<number, DecodedImages>();
  let lastSet = 0;
  device.onRecovered(() => openedModels.reopen());

  function imagesOf(id: number): DecodedImages {
    const images = imageSets.get(id);
    if (!images) throw new WebError('images-closed', 'These images were closed: open them again.');
    return images;
  }

  /** Draws from a model on the device, which comes back if it is lost. */
  async function draw<T>(
    id: ModelId,
    { signal }: { readonly signal: AbortSignal },
    work: (model: Model, signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    await device.ready();
    try {
      return await openedModels.use(id, signal, (model, signal) => device.guard(work(model, signal)));
    } catch (error) {
      if (isDeviceLoss(error)) await device.recover();
      throw error;
    }
  }

  const answers: Answers = {
    start: ({ device: request }) => device.start(request),
    async openModel({ source, facts: { weights = 'ema', ...facts } }) {
      await device.ready();
      if ('run' in source) {
        const open = (source: Uint8Array | OpenTensors, name: string) => openedModels.open({ source, name, facts });
        // A device that can be lost needs the file again, which training may have removed by then.
        if (device.current().gpu) return open(await sessions.download(source.run, weights), source.run);
        return sessions.withWeights(source.run, weights, (opened) => open(opened, source.run));
      }
      if ('folder' in source) return openedModels.open({ source: blobFolder(source.folder), facts });
      const { file, name } = source;
      return openedModels.open({ source: file instanceof Blob ? blobSource(file) : new Uint8Array(file), name, facts });
    },
    closeModel: (id) => openedModels.close(id),
    async drawImages({ model: id, request }, { emit, signal, transfer }) {
      const images = await draw(id, { signal }, (model, signal) =>
        drawForPage(model, request, signal, { canvases, emit }),
      );
      transfer(images.data.buffer, images.pixels.buffer);
      return images;
    },
    async interpolate({ model: id, request }, { emit, signal, transfer }) {
      const images = await draw(id, { signal }, (model, signal) =>
        interpolateForPage(model, request, signal, { canvases, emit }),
      );
      transfer(images.data.buffer, images.pixels.buffer);
      return images;
    },
    async invert({ model: id, request }, { emit, signal, transfer }) {
      const found = await draw(id, { signal }, (model, signal) => invertForPage(model, request, { signal, emit }));
      for (const { data, pixels } of [found.picture, found.noise, found.reconstruction]) {
        transfer(data.buffer, pixels.buffer);
      }
      return found;
    },
    evaluate: ({ model: id, images, request }, { emit, signal }) =>
      draw(id, { signal }, (model, signal) => evaluateForPage(model, imagesOf(images), request, { signal, emit })),
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
      await sessions.train(request, imagesOf(request.images), { send: emit, signal });
    },
    async resumeRun(request, { emit, signal }) {
      checkSecure();
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
  answerCalls(endpoint, checkedAnswers(answers));
}

/** Checkpoints have checksums, which browsers compute for trusted pages only. */
function checkSecure(): void {
  if (globalThis.crypto?.subtle) return;
  throw new WebError(
    'page-insecure',
    'Browsers train only on pages from https or localhost: serve the page from there.',
  );
}

const browserLocks = (): Locks | undefined =>
  (globalThis as { navigator?: { locks?: LockManager } }).navigator?.locks as Locks | undefined;
