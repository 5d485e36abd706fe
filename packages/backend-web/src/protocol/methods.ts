import type { Evaluation } from '@denoiser/pipeline';
import type { Method } from '@denoiser/pipeline/remote';
import type { Device, DeviceRequest } from './device';
import type { CanvasId, InterpolateRequest, SentDrawRequest, SentImages, SentStep } from './drawing';
import type { EvaluateRequest, SentInversion, SentInvertRequest } from './measuring';
import type { ModelFacts, ModelInfo, SentModelSource, Weights } from './model';
import type { ImageSet, SentImagesRequest } from './pictures';
import type { RunInfo, SentTrainRequest, TrainingEvent } from './training';

/** By which the worker knows an open model. */
export type ModelId = number;

/** What the page may ask of the worker: argument, answer, and the events on the way. */
export type Methods = {
  start: Method<{ device: DeviceRequest }, Device>;
  openModel: Method<{ source: SentModelSource; facts: ModelFacts }, { id: ModelId; info: ModelInfo }>;
  closeModel: Method<ModelId, void>;
  drawImages: Method<{ model: ModelId; request: SentDrawRequest }, SentImages, SentStep>;
  interpolate: Method<{ model: ModelId; request: InterpolateRequest }, SentImages, SentStep>;
  invert: Method<{ model: ModelId; request: SentInvertRequest }, SentInversion, { done: number; total: number }>;
  evaluate: Method<
    { model: ModelId; images: number; request: EvaluateRequest },
    Evaluation,
    { done: number; total: number }
  >;
  attachCanvas: Method<{ canvas: OffscreenCanvas }, CanvasId>;
  detachCanvas: Method<CanvasId, void>;
  openImages: Method<SentImagesRequest, ImageSet, { done: number; total: number }>;
  closeImages: Method<number, void>;
  train: Method<SentTrainRequest, void, TrainingEvent>;
  resumeRun: Method<{ run: string; steps?: number }, void, TrainingEvent>;
  /** Of the training that goes on under that name. */
  control: Method<{ run: string; action: 'pause' | 'resume' | 'stop' }, void>;
  download: Method<{ run: string; weights: Weights }, Uint8Array<ArrayBuffer>>;
  runs: Method<undefined, RunInfo[]>;
  deleteRun: Method<string, void>;
  /** For tests: destroys the GPU device, as a driver's crash does. */
  loseDevice: Method<undefined, void>;
};
