export type {
  Drawing,
  DrawingPlan,
  DrawStep,
  Images,
  Inversion,
  Model,
  ModelFile,
  ModelInfo,
  OpenModelOptions,
  Picture,
  Trajectory,
} from '@denoiser/pipeline';
export {
  type EvaluateOptions,
  type Evaluation,
  evaluate,
  FEWEST_FOR_FEATURES,
  type FeatureNetwork,
  type InterpolateOptions,
  modelInTraining,
  streamWeights,
  trainedProcessOf,
  trajectory,
} from '@denoiser/pipeline';
export { type Adapter, type AdapterInfo, adapterName, isSoftwareAdapter, tensorBytesOf } from './device/adapter';
export type { DeviceCandidate } from './device/candidate';
export { type DeviceDescription, describeDevice } from './device/describe-device';
export { ensureDevice } from './device/ensure-device';
export { listAdapters } from './device/find-adapters';
export { type Device, selectDevice } from './device/select-device';
export { type DownloadProgress, openUrlSource, type UrlSourceOptions } from './download/url-source';
export type { NodeErrorCode } from './errors';
export {
  type FileCheckpointStore,
  type FileCheckpointStoreOptions,
  fileCheckpointStore,
} from './files/file-checkpoint-store';
export { openFileSource } from './files/file-source';
export type { FileSystem } from './files/file-system';
export { type FolderLock, type FolderLockOptions, lockFolder } from './files/folder-lock';
export type { LockHolder } from './files/lock-holder';
export { type LossLog, type LossLogOptions, type LossRecord, openLossLog, readLossLog } from './files/loss-log';
export { clearRunFolder, isMadeByRun, isRunFolder } from './files/run-folder';
export { type FileData, prepareFile, prepareFolder, writeFileAtomically } from './files/write-atomically';
export { type GifOptions, writeGif } from './grid/gif';
export {
  type EncodedPicture,
  encodePng,
  type ImageBatch,
  type PngGridOptions,
  writePngGrid,
} from './grid/png-grid';
export { type PngsOptions, writePngs } from './grid/pngs';
export { describeSkipped } from './images/describe-skipped';
export { type ImageFolder, type ImageFolderOptions, openImageFolder } from './images/image-folder';
export type { SkippedFile } from './images/image-tree';
export { type ReadImage, type ReadImageOptions, readImage } from './images/read-image';
export {
  type DrawOptions,
  drawImages,
  type InvertOptions,
  interpolate,
  invert,
  type WorkerDrawOptions,
} from './model/draw';
export { openModel, openWeightsModel, withModelFile } from './model/open-model';
export type { InpaintSource, PictureSource } from './model/pictures';
export type { ModelSource } from './model/resolve-source';
export { type SaveDiffusersOptions, saveDiffusers } from './model/save-diffusers';
export { shippedModelOf, shippedModelPath } from './model/shipped-model';
export { computeWithOnnx, isOnnxPath, openOnnxModel } from './onnx/onnx-models';
export type { OnnxRuntimeOptions } from './onnx/open-session';
export { type PictureInfo, type PictureLayout, type PictureSettings, readPictureInfo } from './png/picture-info';
export { type EventLog, type EventLogOptions, openEventLog } from './tensorboard/event-log';
export type { WorkerModel } from './worker/connect-model';
export type { DrawProgress } from './worker/methods';
export { type RunInWorkerOptions, runInWorker } from './worker/run-in-worker';
