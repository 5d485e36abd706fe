import type { Device, DeviceRequest } from '../protocol/device';
import type { Weights } from '../protocol/methods';
import type { ModelFacts, ModelInfo } from '../protocol/model';
import type { ImageSet, ImagesRequest } from '../protocol/pictures';
import type { CanvasId, SampleRequest, SampleStep } from '../protocol/sampling';
import type { RunInfo, TrainingEvent, TrainRequest } from '../protocol/training';

/**
 * A worker of `serveWorker`, as the page sees it. Errors are denoiser's: `isDenoiserError`, a `code` and one sentence. The
 * page's thread does nothing but post messages; arrays come and go by transfer.
 */
export interface Client {
  /** Chooses what computes; once, before anything else. */
  start(options?: { readonly device?: DeviceRequest }): Promise<Device>;
  /** Loads a safetensors file to sample from, in place of the one before. A buffer is given away, a blob is not. */
  load(file: Blob | ArrayBuffer | Uint8Array, facts?: ModelFacts): Promise<ModelInfo>;
  /** Frees the loaded network. */
  unload(): Promise<void>;
  /** Draws images, step by step. Leaving the loop or aborting `signal` ends it; the latter throws the signal's reason. */
  sample(request: SampleRequest & { readonly signal?: AbortSignal }): AsyncGenerator<SampleStep, void, undefined>;
  /** Hands a canvas over to the worker, for good: `sample({ canvas: { x0: id } })`. */
  attachCanvas(canvas: HTMLCanvasElement | OffscreenCanvas): Promise<CanvasId>;
  detachCanvas(id: CanvasId): Promise<void>;
  /** Decodes images in the worker, to train on. */
  openImages(
    request: ImagesRequest & {
      readonly onProgress?: (done: number, total: number) => void;
      readonly signal?: AbortSignal;
    },
  ): Promise<ImageSet>;
  closeImages(id: number): Promise<void>;
  /** Trains a new network. One training of a name at a time, in all tabs. */
  train(request: TrainRequest): TrainingSession;
  /** Goes on with a run of the browser's storage, to `steps` in all (default: where it was to end). */
  resumeRun(run: string, options?: { readonly steps?: number }): TrainingSession;
  /** The runs in the browser's storage, the last changed first. */
  runs(): Promise<RunInfo[]>;
  deleteRun(run: string): Promise<void>;
  /** A run's weights, of now if it trains and of its last checkpoint if not: a file for `load` and for the command. */
  download(run: string, options?: { readonly weights?: Weights }): Promise<Uint8Array<ArrayBuffer>>;
  /** Ends the worker. What was asked for and not answered is rejected. */
  close(): void;
}

/**
 * Training in the worker: `for await (const event of session)`, once. The loop ends after 'done'; it throws what went
 * wrong. Leaving the loop early stops training, as `stop` does.
 */
export interface TrainingSession extends AsyncIterable<TrainingEvent> {
  readonly run: string;
  /** After the step under way, with a checkpoint. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** After the step under way, with a checkpoint, so that `resumeRun` can go on. */
  stop(): Promise<void>;
  /** The weights of now, by default averaged. */
  download(options?: { readonly weights?: Weights }): Promise<Uint8Array<ArrayBuffer>>;
}
