export {
  betasFromAlphaBar,
  cosineBetas,
  exponentialBetas,
  linearBetas,
  linspace,
  scaledLinearBetas,
  sigmoidAlphaBarBetas,
  sigmoidBetas,
  zeroTerminalSnrBetas,
} from './betas';
export { ScheduleError } from './errors';
export type { Pair, Prediction } from './parameterization';
export { epsFrom, levelAt, trainingTarget, x0From } from './parameterization';
export type { Schedule, ScheduleOptions } from './schedule';
export { createSchedule, respace } from './schedule';
export type { Spacing } from './spacing';
export { parseSpacing, roundHalfEven, spacedTimesteps } from './spacing';
