import type { Device, DeviceRequest } from './device';
import type { ModelFacts, ModelInfo } from './model';
import type { ImageSet, ImagesRequest } from './pictures';
import type { CanvasId, SampleRequest, SampleStep } from './sampling';
import type { RunInfo, TrainingEvent, TrainRequest } from './training';

type Method<Argument, Answer, Event = never> = { argument: Argument; answer: Answer; event: Event };

export type Weights = 'ema' | 'model';

/** What the page may ask of the worker: argument, answer, and the events on the way. */
export type Methods = {
  start: Method<{ device: DeviceRequest }, Device>;
  load: Method<{ file: Blob | ArrayBuffer | Uint8Array; facts: ModelFacts }, ModelInfo>;
  unload: Method<undefined, undefined>;
  sample: Method<SampleRequest, undefined, SampleStep>;
  attachCanvas: Method<{ canvas: OffscreenCanvas }, CanvasId>;
  detachCanvas: Method<CanvasId, undefined>;
  openImages: Method<ImagesRequest, ImageSet, { done: number; total: number }>;
  closeImages: Method<number, undefined>;
  train: Method<TrainRequest, undefined, TrainingEvent>;
  resumeRun: Method<{ run: string; steps?: number }, undefined, TrainingEvent>;
  /** Of the training that goes on under that name. */
  control: Method<{ run: string; action: 'pause' | 'resume' | 'stop' }, undefined>;
  download: Method<{ run: string; weights: Weights }, Uint8Array<ArrayBuffer>>;
  runs: Method<undefined, RunInfo[]>;
  deleteRun: Method<string, undefined>;
  /** For tests: destroys the GPU device, as a driver's crash does. */
  loseDevice: Method<undefined, undefined>;
};
