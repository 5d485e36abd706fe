import type { ImageShape } from '@denoiser/ops';
import type { DrawingPlan, ModelInfo, OpenModelOptions, QueuedDrawOptions } from '@denoiser/pipeline';
import type { Method } from '@denoiser/pipeline/remote';
import type { Device } from '../device/select-device';

/** A path, an address or bytes. */
export type SentSource = string | Uint8Array | ArrayBuffer;

/** What of `openModel` can be sent to another thread. */
export type SentOpenOptions = Omit<OpenModelOptions, 'snapshots' | 'networks' | 'onWarning'>;

export interface OpenRequest {
  readonly source: SentSource;
  readonly options: SentOpenOptions;
  readonly device: string;
  readonly batchSize: number;
}

/** What of `drawImages` can be sent to another thread. */
export type SentDrawOptions = Omit<QueuedDrawOptions, 'noise' | 'signal' | 'onBegin' | 'onProgress'>;

/** Images at the end, without what is made of them. */
export interface SentImages {
  readonly data: Float32Array<ArrayBuffer>;
  readonly imageShape: ImageShape;
  readonly labels?: readonly number[];
  readonly columns: number;
}

/** How far a drawing is, in evaluations of the model on single images. */
export interface DrawProgress {
  readonly done: number;
  readonly total: number;
}

/** What the worker is asked for. */
export type Methods = {
  /** Once. Events are warnings. */
  openModel: Method<OpenRequest, { info: ModelInfo; device: Device }, string>;
  drawImages: Method<SentDrawOptions, SentImages, { begin: DrawingPlan } | DrawProgress>;
};
