/** The parts that `createTrainer` is made of: for a training loop of one's own, and for whoever reads checkpoints. */
export { type AdamW, type AdamWOptions, createAdamW } from './adamw';
export { type BatchPlanOptions, type DataPosition, type PlannedBatch, planBatches } from './batch-plan';
export {
  type Checkpoint,
  encodeCheckpoint,
  encodeState,
  type OpenCheckpoint,
  openCheckpoint,
  openCheckpointFile,
  type ReadCheckpointOptions,
  readCheckpoint,
} from './checkpoint';
export type { DatasetFromOptions } from './dataset-from';
export { diverged } from './divergence';
export { drawNoise, drawTimesteps, dropLabels } from './draws';
export { createEma, type Ema } from './ema/ema';
export { EMA_RULES, type EmaInput, type EmaOptions } from './ema/index';
export { createPowerEma, type PowerEma } from './ema/post-hoc';
export type { PostHocEma } from './ema/post-hoc-options';
export { fitProfile, gammaOf, type PowerProfile, powerDecay, relativeWidth } from './ema/power-function';
export { epochPermutation } from './epoch-permutation';
export { type FileTraining, readFileTraining, writeFileTraining } from './file-training';
export type { StartedFrom, StartOptions, StartWeights } from './fine-tune';
export type { Callbacks, CheckpointOptions, SnapshotOptions } from './fit-options';
export { clipFactor, type Gradients, gradientNorm } from './gradients';
export { isDue } from './interval';
export { LEARNING_RATE_SCHEDULES, type LearningRateSchedule } from './learning-rate/index';
export type { MemoryDatasetOptions } from './memory-dataset';
export { addNoise } from './objective/add-noise';
export { createObjective, type NoisyImages, type Objective, type ObjectiveOptions } from './objective/objective';
export type { VarianceOptions } from './objective/variance';
export { variationalBoundTerm } from './objective/variational-bound-term';
export type { Own, OwnInput } from './options/own';
export type { TrainedSchedule } from './options/schedules';
export type { PreflightOptions } from './preflight';
export { readAhead } from './read-ahead';
export { keepActivations, type RunPart, recomputeActivations } from './recompute';
export type { ResumedFrom, ResumeOptions } from './resume';
export { type RunLimits, runLength } from './run-length';
export { TIMESTEP_SAMPLERS, type Timesteps } from './timesteps/index';
export type { TimestepMemory, TimestepSampler } from './timesteps/sampler';
export { lossAndGradients, trainStep } from './train-step';
export type { FunctionModel, LayerModel, LayersModel } from './trainable-model';
export type { TensorFileName, TrainingState } from './training-state';
export type { TrainingMode } from './types';
export type { ValidationOptions } from './validation';
export { WARNING_THRESHOLDS } from './watch';
export { WEIGHTINGS, type Weighting } from './weighting/index';
