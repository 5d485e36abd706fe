/** What training needs. Its parts, for a loop of one's own: `@denoiser/trainer/parts`; its options as data: `/options`. */
export { datasetFrom, type GivenImage } from './dataset-from';
export { reconstructEma } from './ema/snapshots';
export type { TrainerErrorCode } from './errors';
export type { EpochRecord, FitOptions, FitResult, Moment, Occasion, StepDetails, StepRecord } from './fit-options';
export { horizontalFlip } from './horizontal-flip';
export type { Interval } from './interval';
export type { LossParts } from './loss-parts';
export { memoryDataset } from './memory-dataset';
export { memoryStore } from './memory-store';
export type { TrainingOptions } from './options/training-options';
export type { Preflight } from './preflight';
export type { Progress } from './run';
export type { RunLength } from './run-length';
export { type OwnModel, trainableModel } from './trainable-model';
export { createTrainer, type Trainer, type TrainerOptions } from './trainer';
export type {
  CheckpointFile,
  CheckpointStore,
  ImageDataset,
  LabelledImage,
  TrainableDenoiser,
  TrainableModel,
} from './types';
export type { ValidationRecord } from './validation';
