export { type AdamW, type AdamWOptions, createAdamW } from './adamw';
export { type BatchPlanOptions, type DataPosition, type PlannedBatch, planBatches } from './batch-plan';
export {
  type Checkpoint,
  encodeCheckpoint,
  type ReadCheckpointOptions,
  readCheckpoint,
} from './checkpoint';
export { drawTimesteps, dropLabels } from './draws';
export { createEma, type Ema, type EmaOptions } from './ema';
export { epochPermutation } from './epoch-permutation';
export type { Callbacks, CheckpointOptions, EpochRecord, FitOptions, FitResult, StepRecord } from './fit';
export { clipGradients, type Gradients, globalNorm } from './gradients';
export { LEARNING_RATE_SCHEDULES, type LearningRateSchedule } from './learning-rate/index';
export { addNoise, epsilonLoss, type TrainingSchedule } from './loss';
export { type MemoryDatasetOptions, memoryDataset } from './memory-dataset';
export { memoryStore } from './memory-store';
export { DEFAULTS, type TrainingOptions, type TrainingOptionsInput } from './options/training-options';
export { readAhead } from './read-ahead';
export type { ResumedFrom, ResumeOptions } from './resume';
export { lossAndGradients, trainStep } from './train-step';
export { createTrainer, type Progress, type Trainer, type TrainerOptions } from './trainer';
export type { TensorFileName, TrainingState } from './training-state';
export type {
  CheckpointStore,
  ImageDataset,
  LabelledImage,
  TrainableDenoiser,
  TrainableModel,
} from './types';
