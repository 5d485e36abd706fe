export { DenoiserError, isDenoiserError } from '@denoiser/errors';
export type { Awaitable } from '@denoiser/pipeline/awaitable';
export type { Interval } from '@denoiser/trainer';
export type { WebErrorCode } from './errors';
export { toSquare } from './images/to-square';
export type { Client, ReadingControl } from './page/client';
export { connectWorker, type WorkerLike } from './page/connect-worker';
export {
  closeWorker,
  deleteRun,
  downloadRun,
  listRuns,
  openImages,
  openModel,
  resumeRun,
  start,
  train,
} from './page/default-client';
export type { DrawGridOptions, Drawing, DrawingStep, Images } from './page/drawing';
export { imagesFromDrop, imagesFromFiles } from './page/images-from-files';
export { type EvaluateOptions, evaluate, type Inversion, type InvertOptions, invert } from './page/measuring';
export { type DrawOptions, drawImages, type InterpolateOptions, interpolate, type Model } from './page/model';
export { modelFromDrop, modelFromFiles } from './page/model-from-files';
export type { ModelSource } from './page/model-source';
export { type Camera, openCamera } from './page/open-camera';
export { pauseWhenHidden } from './page/pause-when-hidden';
export { persistStorage, type StorageStatus, storageStatus } from './page/storage-status';
export type { TrainedStep, Training, TrainingControl } from './page/training';
export type { Device, DeviceRequest } from './protocol/device';
export type { CanvasId, Showing, Shown } from './protocol/drawing';
export type { Endpoint } from './protocol/endpoint';
export type { ModelFacts, ModelInfo, Weights } from './protocol/model';
export type { ImageSet, ImagesRequest, Picture, PictureLike, TrainingImage, TrainingImages } from './protocol/pictures';
export type { RunInfo, SamplesOptions, TrainedRun, TrainingEvent, TrainRequest } from './protocol/training';
export { type OpfsCheckpointStoreOptions, opfsCheckpointStore } from './storage/opfs-checkpoint-store';
