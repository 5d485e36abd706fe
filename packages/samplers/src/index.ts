export type { PlanOptions, PredictionFor, Process, SigmaGridFor, SpacingName } from './create-plan';
export { createPlan } from './create-plan';
export type { Grid, GridPoint, ProcessKind } from './grid';
export type { VariationalBound } from './likelihood';
export { probabilityFlowBits, variationalBound } from './likelihood';
export type { Combination, Level, ModelCall, Plan, PlanStep, Threshold } from './plan';
export { evaluations } from './plan';
export type { SampleOptions } from './sample';
export { philoxNoise, sample, sampleImages } from './sample';
export type { ArrayModel, ArrayStep, SampleArraysOptions } from './sample-arrays';
export { sampleArrays } from './sample-arrays';
export type { SavedState } from './saved-state';
export { saveState } from './saved-state';
export type { DefaultSpacing, Solver } from './solver';
export { ddim, ddimInversion } from './solvers/ddim';
export type { Variance } from './solvers/ddpm';
export { ddpm } from './solvers/ddpm';
export { deis } from './solvers/deis';
export { dpm2 } from './solvers/dpm2';
export type { DpmOptions } from './solvers/dpmpp-multistep';
export { dpmppMultistep } from './solvers/dpmpp-multistep';
export { dpmpp2S } from './solvers/dpmpp-singlestep';
export { edmStochastic } from './solvers/edm-stochastic';
export { euler } from './solvers/euler';
export { eulerAncestral } from './solvers/euler-ancestral';
export { flowSde } from './solvers/flow-sde';
export { heun } from './solvers/heun';
export { ipndm } from './solvers/ipndm';
export { lcm } from './solvers/lcm';
export { lms } from './solvers/lms';
export { pndm } from './solvers/pndm';
export { repaint } from './solvers/repaint';
export type { UniPcOptions } from './solvers/unipc';
export { unipc } from './solvers/unipc';
export { arrayModel } from './tensor-model';
export type {
  AsyncDenoiser,
  Conditioning,
  Denoiser,
  Guidance,
  NoiseRequest,
  NoiseSource,
  SamplingStep,
} from './types';
