export { type AdamW, type AdamWOptions, createAdamW } from './adamw';
export { type BatchPlanOptions, type DataPosition, type PlannedBatch, planBatches } from './batch-plan';
export {
  type Checkpoint,
  encodeCheckpoint,
  type ReadCheckpointOptions,
  readCheckpoint,
} from './checkpoint';
export { type DatasetFromOptions, datasetFrom, type GivenImage } from './dataset-from';
export { diverged } from './divergence';
export { drawNoise, drawTimesteps, dropLabels } from './draws';
export { createEma, type Ema } from './ema/ema';
export { EMA_RULES, type EmaInput, type EmaOptions } from './ema/index';
export { createPowerEma, type PowerEma } from './ema/post-hoc';
export type { PostHocEma } from './ema/post-hoc-options';
export { fitProfile, gammaOf, type PowerProfile, powerDecay, relativeWidth } from './ema/power-function';
export { reconstructEma } from './ema/snapshots';
export { epochPermutation } from './epoch-permutation';
export type { TrainerErrorCode } from './errors';
export { type FileTraining, readFileTraining } from './file-training';
export type {
  Callbacks,
  CheckpointOptions,
  EpochRecord,
  FitOptions,
  FitResult,
  Moment,
  Occasion,
  SnapshotOptions,
  StepDetails,
  StepRecord,
} from './fit-options';
export { clipFactor, type Gradients, globalNorm } from './gradients';
export { horizontalFlip } from './horizontal-flip';
export { type Interval, isDue } from './interval';
export { LEARNING_RATE_SCHEDULES, type LearningRateSchedule } from './learning-rate/index';
export { type MemoryDatasetOptions, memoryDataset } from './memory-dataset';
export { memoryStore } from './memory-store';
export { addNoise } from './objective/add-noise';
export { createObjective, type NoisyImages, type Objective, type ObjectiveOptions } from './objective/objective';
export type { Variance } from './objective/variance';
export { variationalBound } from './objective/variational-bound';
export type { Own, OwnInput } from './options/own';
export {
  DEFAULTS,
  TRAINING_OPTIONS_SCHEMA,
  type TrainingOptions,
  type TrainingOptionsInput,
} from './options/training-options';
export type { Preflight, PreflightOptions } from './preflight';
export { readAhead } from './read-ahead';
export { kept, type RunPart, recomputed } from './recompute';
export type { ResumedFrom, ResumeOptions } from './resume';
export type { Progress } from './run';
export { TIMESTEP_SAMPLERS, type Timesteps } from './timesteps/index';
export type { TimestepMemory, TimestepSampler } from './timesteps/sampler';
export { lossAndGradients, trainStep } from './train-step';
export {
  type FunctionModel,
  type LayerModel,
  type LayersModel,
  type OwnModel,
  trainableModel,
} from './trainable-model';
export { createTrainer, type Trainer, type TrainerOptions } from './trainer';
export type { TensorFileName, TrainingState } from './training-state';
export type {
  CheckpointStore,
  ImageDataset,
  LabelledImage,
  TrainableDenoiser,
  TrainableModel,
  TrainingMode,
} from './types';
export type { ValidationOptions, ValidationRecord } from './validation';
export { TROUBLE } from './watch';
export { WEIGHTINGS, type Weighting } from './weighting/index';
