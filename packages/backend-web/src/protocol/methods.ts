import type { Method } from '@denoiser/pipeline/remote';
import type { Device, DeviceRequest } from './device';
import type { ModelFacts, ModelInfo } from './model';
import type { ImageSet, ImagesRequest } from './pictures';
import type { CanvasId, SampleRequest, SampleStep } from './sampling';
import type { RunInfo, TrainingEvent, TrainRequest } from './training';

export type Weights = 'ema' | 'model';

/** What the page may ask of the worker: argument, answer, and the events on the way. */
export type Methods = {
  start: Method<{ device: DeviceRequest }, Device>;
  load: Method<{ file: Blob | ArrayBuffer | Uint8Array; facts: ModelFacts }, ModelInfo>;
  unload: Method<undefined, void>;
  sample: Method<SampleRequest, void, SampleStep>;
  attachCanvas: Method<{ canvas: OffscreenCanvas }, CanvasId>;
  detachCanvas: Method<CanvasId, void>;
  openImages: Method<ImagesRequest, ImageSet, { done: number; total: number }>;
  closeImages: Method<number, void>;
  train: Method<TrainRequest, void, TrainingEvent>;
  resumeRun: Method<{ run: string; steps?: number }, void, TrainingEvent>;
  /** Of the training that goes on under that name. */
  control: Method<{ run: string; action: 'pause' | 'resume' | 'stop' }, void>;
  download: Method<{ run: string; weights: Weights }, Uint8Array<ArrayBuffer>>;
  runs: Method<undefined, RunInfo[]>;
  deleteRun: Method<string, void>;
  /** For tests: destroys the GPU device, as a driver's crash does. */
  loseDevice: Method<undefined, void>;
};
