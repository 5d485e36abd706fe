import type { Device, DeviceRequest } from '../protocol/device';
import type { CanvasId } from '../protocol/drawing';
import type { ModelFacts, Weights } from '../protocol/model';
import type { ImageSet, ImagesRequest } from '../protocol/pictures';
import type { RunInfo, TrainRequest } from '../protocol/training';
import type { Model } from './model';
import type { ModelSource } from './model-source';
import type { Training, TrainingControl } from './training';

/** How pictures are read. */
export type ReadingControl = {
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
};

/**
 * A worker of `serveWorker`, as the page sees it. Errors are denoiser's: `isDenoiserError`, a `code` and one sentence. The
 * page's thread does nothing but post messages; arrays come and go by transfer. Any of these may be asked for while others
 * are under way.
 */
export interface Client {
  /** Chooses what computes. Without it the first request that computes takes the best device. */
  start(options?: { readonly device?: DeviceRequest | undefined }): Promise<Device>;
  /** Opens a model to draw from. A buffer is given away, a blob is not. */
  openModel(source: ModelSource, facts?: ModelFacts): Promise<Model>;
  /** Hands a canvas over to the worker, for good: `drawImages(model, { canvas: { x0: id } })`. */
  attachCanvas(canvas: HTMLCanvasElement | OffscreenCanvas): Promise<CanvasId>;
  detachCanvas(id: CanvasId): Promise<void>;
  /** Decodes pictures in the worker, to train on more than once. */
  openImages(request: ImagesRequest & ReadingControl): Promise<ImageSet>;
  closeImages(images: ImageSet): Promise<void>;
  /** Trains a new network. One training of a name at a time, in all tabs. */
  train(request: TrainRequest & TrainingControl): Training;
  /** Goes on with a kept run, to `steps` in all (default: where it was to end). */
  resumeRun(run: string, options?: { readonly steps?: number | undefined } & TrainingControl): Training;
  /** Returns the runs in the browser's storage, the last changed first. */
  runs(): Promise<RunInfo[]>;
  deleteRun(run: string): Promise<void>;
  /** Returns a run's weights, of now if it trains and of its last checkpoint if not: a file for `openModel` and the command. */
  download(run: string, options?: { readonly weights?: Weights | undefined }): Promise<Uint8Array<ArrayBuffer>>;
  /** Ends the worker. What was asked for and not answered is rejected. */
  close(): void;
}
