export type { AngleProcess } from './angle';
export { angle, angleLevel, angleSigmas } from './angle';
export {
  betasFromAlphaBar,
  cosineBetas,
  exponentialBetas,
  laplaceBetas,
  linearBetas,
  linspace,
  scaledLinearBetas,
  sigmoidAlphaBarBetas,
  sigmoidBetas,
  zeroTerminalSnrBetas,
} from './betas';
export { MOST_STEPS, type ScheduleErrorCode } from './errors';
export type { StepTerms, StepVariance } from './likelihood';
export { discretizedGaussianLogLikelihood, normalKl, priorBits, stepTerms } from './likelihood';
export { noiseRatio, timeOfNoiseRatio } from './noise-ratio';
export type { Pair, Prediction } from './parameterization';
export { epsFrom, levelAt, trainingTarget, x0From } from './parameterization';
export type { AngleOptions, Process, ProcessOptions } from './process';
export { createProcess } from './process';
export type { EdmOptions, FlowProcess, SigmaProcess } from './processes';
export { edm, flow, preconditioning, scoreMatching, varianceExploding } from './processes';
export type { Schedule, ScheduleOptions } from './schedule';
export { createSchedule, respace } from './schedule';
export type { SigmaGrid } from './sigmas';
export {
  betaSigmas,
  edmSigmas,
  exponentialSigmas,
  flowSigmas,
  karrasSigmas,
  polyexponentialSigmas,
  shiftSigma,
  sigmaGrid,
  veSigmas,
  vpSigmas,
} from './sigmas';
export { LEAST_LAMBDA, levelsWithSignal, remainingSignal, signalWarning } from './signal';
export type { Spacing } from './spacing';
export { parseSpacing, roundHalfEven, spacedTimesteps } from './spacing';
export { minSnrWeight, p2Weight } from './weights';
