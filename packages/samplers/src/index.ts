export type { PlanOptions, PredictionFor } from './create-plan';
export { createPlan } from './create-plan';
export type { Grid, GridPoint } from './grid';
export type { Combination, Level, ModelCall, Plan, PlanStep, Threshold } from './plan';
export { evaluations } from './plan';
export type { SampleOptions } from './sample';
export { philoxNoise, sample, sampleImages } from './sample';
export type { Solver } from './solver';
export type { Variance } from './solvers/ddpm';
export { ddpm } from './solvers/ddpm';
export type {
  AsyncDenoiser,
  Conditioning,
  Denoiser,
  Guidance,
  NoiseRequest,
  NoiseSource,
  SamplingStep,
} from './types';
