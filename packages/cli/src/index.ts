export {
  type Device,
  type Drawing,
  type DrawOptions,
  type DrawStep,
  drawImages,
  type EncodedPicture,
  type EvaluateOptions,
  type Evaluation,
  encodePng,
  evaluate,
  type FeatureNetwork,
  type ImageFolder,
  type ImageFolderOptions,
  type Images,
  type InterpolateOptions,
  type Inversion,
  type InvertOptions,
  interpolate,
  invert,
  type Model,
  type ModelInfo,
  type ModelSource,
  type OpenModelOptions,
  openImageFolder,
  openModel,
  type PictureSource,
  type PngGridOptions,
  type RunInWorkerOptions,
  runInWorker,
  selectDevice,
  type Trajectory,
  trajectory,
  type WorkerModel,
  writePngGrid,
} from '@denoiser/backend-node';
export { type TrainOptions, train } from './api/train';
export type { CommandErrorCode } from './errors';
export { openFeatureNetwork } from './evaluation/feature-network';
export type { FeatureOptions } from './evaluation/feature-options';
export type { StepLine } from './record/lines';
export type { TrainedRun } from './training/train-run';
